import { EventEmitter } from 'node:events';
import type { AccessPolicy } from './access-policy.ts';
import type { Context } from './context.ts';
import { type ErrorClass, type Marks, marksOf } from './method-marks.ts';

/** A method that can be called from outside. */
export interface ExposedMethod {
  /** Takes the context, and one object with the named arguments; `this` is the endpoint. */
  readonly run: (context: Context<object>, args: Record<string, unknown>) => unknown;
  /** The classes of errors that it is in order for it to throw. */
  readonly expected: readonly ErrorClass[];
}

/** Where a class stops being the user's: what these offer was never meant to be called remotely. */
const platformPrototypes: ReadonlySet<unknown> = new Set<unknown>([
  Object.prototype,
  Function.prototype,
  Array.prototype,
  Error.prototype,
  Map.prototype,
  Promise.prototype,
  Set.prototype,
  EventEmitter.prototype,
  EventTarget.prototype,
]);

/** Names that mean something to the language or to a host; never callable, whoever defines them. */
const reservedNames: ReadonlySet<string> = new Set([
  'then',
  'onStart',
  ...Object.getOwnPropertyNames(Object.prototype),
  ...Object.getOwnPropertyNames(Function.prototype),
]);

/**
 * Collects the methods of an endpoint that may be called from outside.
 *
 * Those are, as far as the policy allows, the methods of its class and the classes above, up to but
 * without JavaScript's and Node's own, and the functions of a plain object. Never a getter (none is
 * run), or a name that every object or function has. Made once, so that a request does no more than
 * look a name up in a map: `constructor` and its like are found nowhere. Source: oslo-wire.md 7.
 */
export function exposedMethods(
  instance: object,
  policy: AccessPolicy = 'default',
): ReadonlyMap<string, ExposedMethod> {
  const methods = new Map<string, ExposedMethod>();
  const hidden = new Set<string>();
  const prototypes = userPrototypes(instance);
  const holders = prototypes.length === 0 ? [instance] : prototypes;
  for (const holder of holders) {
    for (const name of Object.getOwnPropertyNames(holder)) {
      if (methods.has(name) || hidden.has(name)) continue;
      // The instance's own function counts where the class declares one: `this.f = this.f.bind(this)`.
      const declared = Object.getOwnPropertyDescriptor(holder, name);
      const descriptor = Object.getOwnPropertyDescriptor(instance, name) ?? declared;
      const isListed = holder !== instance || descriptor?.enumerable === true;
      const marks = { ...marksOf(declared?.value), ...marksOf(descriptor?.value) };
      if (isListed && isMethod(descriptor?.value) && isAllowed(name, marks, policy)) {
        methods.set(name, { run: descriptor.value, expected: marks.expected ?? [] });
      } else hidden.add(name);
    }
  }
  return methods;
}

/** The prototypes of the user's classes, nearest first; none for a plain object. */
function userPrototypes(instance: object): object[] {
  const prototypes: object[] = [];
  let prototype: object | null = Object.getPrototypeOf(instance);
  while (prototype !== null && !platformPrototypes.has(prototype)) {
    prototypes.push(prototype);
    prototype = Object.getPrototypeOf(prototype);
  }
  return prototypes;
}

function isAllowed(name: string, { exposed = false }: Marks, policy: AccessPolicy): boolean {
  if (reservedNames.has(name)) return false;
  switch (policy) {
    case 'default':
      return !name.startsWith('_');
    case 'explicit':
      return exposed;
    case 'legacy':
      return true;
    default:
      return policy satisfies never;
  }
}

function isMethod(value: unknown): value is ExposedMethod['run'] {
  return typeof value === 'function';
}
