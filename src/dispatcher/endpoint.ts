import { isVersion } from '../version.ts';
import { type EndpointMethod, exposedMethods } from './exposure.ts';

/** Which interface an endpoint offers: `static target` of its class, or `target` of the instance. */
export interface EndpointTarget {
  /** Absent means the null namespace, `''` is a namespace of its own. */
  readonly namespace?: string;
  /** `major.minor` or `major.minor.revision`. @default '1.0' */
  readonly version?: string;
}

/**
 * An object whose public methods can be called remotely, with the interface it offers.
 *
 * Everything about it is found out once, here.
 */
export class Endpoint {
  /** The user's object; `this` of its methods. */
  readonly instance: object;
  /** What to call it in messages to people. */
  readonly name: string;
  readonly namespace: string | undefined;
  readonly version: string;
  /** What may be called, by name; see {@link exposedMethods}. */
  readonly methods: ReadonlyMap<string, EndpointMethod>;

  /** @throws TypeError that names the endpoint when it is no object, or its `target` is none. */
  constructor(instance: object) {
    this.name = nameOf(instance);
    if (typeof instance !== 'object' || instance === null) {
      throw new TypeError(
        `endpoint ${this.name} is no object; a class is to be instantiated first`,
      );
    }
    const { namespace, version = '1.0' } = targetOf(instance, this.name);
    this.instance = instance;
    this.namespace = namespace;
    this.version = version;
    this.methods = exposedMethods(instance);
  }
}

function nameOf(instance: object): string {
  const name: unknown =
    typeof instance === 'function' ? instance.name : instance?.constructor?.name;
  return typeof name === 'string' && name !== '' ? name : '(anonymous)';
}

function targetOf(instance: object, name: string): EndpointTarget {
  const target: unknown =
    Reflect.get(instance, 'target') ?? Reflect.get(instance.constructor ?? Object, 'target');
  if (target === undefined || target === null) return {};
  const wrong = (what: string): TypeError => new TypeError(`target of endpoint ${name} ${what}`);
  if (typeof target !== 'object' || Array.isArray(target)) throw wrong('is no object');
  const unknownKey = Object.keys(target).find((key) => key !== 'namespace' && key !== 'version');
  if (unknownKey !== undefined) {
    throw wrong(`has the key ${unknownKey}; it may have namespace and version`);
  }
  const namespace: unknown = Reflect.get(target, 'namespace') ?? undefined;
  const version: unknown = Reflect.get(target, 'version') ?? undefined;
  if (namespace !== undefined && typeof namespace !== 'string') {
    throw wrong('has a namespace that is no string');
  }
  if (version !== undefined && (typeof version !== 'string' || !isVersion(version))) {
    throw wrong('has a version that is not like 1.0');
  }
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(version === undefined ? {} : { version }),
  };
}
