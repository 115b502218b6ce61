import {
  type NotificationMethod,
  notificationPriorities,
  priorityOf,
} from '../notification-method.ts';
import { endpointName } from './endpoint-name.ts';
import { exposedMethods } from './exposure.ts';
import type { FilterRule } from './notification-filter.ts';

/** Whether a class, or its kind of objects, has a method for notifications. */
export function handlesNotifications(exported: unknown): boolean {
  if (typeof exported !== 'function') return false;
  const { prototype } = exported;
  return notificationPriorities.some((name) => typeof prototype?.[name] === 'function');
}

/** An object that gets notifications, with its methods and its filter; all found out once, here. */
export class NotificationEndpoint {
  /** What to call it in messages to people. */
  readonly name: string;
  readonly #instance: object;
  readonly #methods: ReadonlyMap<string, (...args: never) => unknown>;
  readonly #filterRule: FilterRule | undefined;

  /** @throws TypeError that names the endpoint when it is no object, or its `filterRule` can't match. */
  constructor(instance: object) {
    this.name = endpointName(instance);
    this.#instance = instance;
    const methods = [...exposedMethods(instance)].map(([name, { run }]) => [name, run] as const);
    this.#methods = new Map(methods.filter(([name]) => priorityOf(name) !== undefined));
    this.#filterRule = filterRuleOf(instance, this.name);
  }

  has(priority: NotificationMethod): boolean {
    return this.#methods.has(priority);
  }

  /** Whether it has a filter. */
  get isFiltered(): boolean {
    return this.#filterRule !== undefined;
  }

  /** Whether the filter lets it pass; everything does where there is none. */
  takes(notification: Parameters<FilterRule['match']>[0]): boolean {
    return this.#filterRule?.match(notification) ?? true;
  }

  /** Runs the method of that priority. */
  async run(priority: NotificationMethod, args: readonly unknown[]): Promise<unknown> {
    const method = this.#methods.get(priority);
    return method && (await Reflect.apply(method, this.#instance, args));
  }
}

function filterRuleOf(instance: object, name: string): FilterRule | undefined {
  const rule: unknown =
    Reflect.get(instance, 'filterRule') ??
    Reflect.get(instance.constructor ?? Object, 'filterRule');
  if (rule === undefined || rule === null) return undefined;
  if (typeof rule === 'object' && typeof Reflect.get(rule, 'match') === 'function') {
    return rule as FilterRule;
  }
  throw new TypeError(`filterRule of endpoint ${name} has no method match`);
}
