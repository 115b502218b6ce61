import { EventEmitter } from 'node:events';
import type { Context } from './context.ts';

/** A method that can be called from outside: the context, and one object with the named arguments. */
export type EndpointMethod = (context: Context, args: Record<string, unknown>) => unknown;

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

/** Names that mean something to the language; they are never callable, whoever defines them. */
const reservedNames: ReadonlySet<string> = new Set([
  'then',
  ...Object.getOwnPropertyNames(Object.prototype),
  ...Object.getOwnPropertyNames(Function.prototype),
]);

/**
 * Collects the methods of an endpoint that may be called from outside.
 *
 * Those are the methods of its class and the classes above, up to but without JavaScript's and
 * Node's own, and the functions of a plain object. Never a getter (none is run), a name that starts
 * with `_`, or one that every object or function has. Made once, so that a request does no more than
 * look a name up in a map: `constructor` and its like are found nowhere. Source: oslo-wire.md 7.
 */
export function exposedMethods(instance: object): ReadonlyMap<string, EndpointMethod> {
  const methods = new Map<string, EndpointMethod>();
  const hidden = new Set<string>();
  const prototypes = userPrototypes(instance);
  const holders = prototypes.length === 0 ? [instance] : prototypes;
  for (const holder of holders) {
    for (const name of Object.getOwnPropertyNames(holder)) {
      if (methods.has(name) || hidden.has(name)) continue;
      // The instance's own function counts where the class declares one: `this.f = this.f.bind(this)`.
      const descriptor =
        Object.getOwnPropertyDescriptor(instance, name) ??
        Object.getOwnPropertyDescriptor(holder, name);
      const isListed = holder !== instance || descriptor?.enumerable === true;
      if (isListed && isCallableName(name) && isMethod(descriptor?.value)) {
        methods.set(name, descriptor.value);
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

function isCallableName(name: string): boolean {
  return !name.startsWith('_') && !reservedNames.has(name);
}

function isMethod(value: unknown): value is EndpointMethod {
  return typeof value === 'function';
}
