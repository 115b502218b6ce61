import { isVersion } from '../version.ts';
import type { AccessPolicy } from './access-policy.ts';
import { endpointName } from './endpoint-name.ts';
import { type ExposedMethod, exposedMethods } from './exposure.ts';

/** Which interface an endpoint offers: `static target` of its class, or `target` of the instance. */
export interface EndpointTarget {
  /** Absent means the null namespace, `''` is a namespace of its own. */
  readonly namespace?: string;
  /** `major.minor` or `major.minor.revision`. @default '1.0' */
  readonly version?: string;
  /** Further namespaces that are served as this one is; `null` is the null namespace. @default none */
  readonly legacyNamespaces?: readonly (string | null)[];
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
  readonly legacyNamespaces: readonly (string | undefined)[];
  /** What may be called, by name; see {@link exposedMethods}. */
  readonly methods: ReadonlyMap<string, ExposedMethod>;

  /** @throws TypeError that names the endpoint when it is no object, or its `target` is none. */
  constructor(instance: object, policy?: AccessPolicy) {
    this.name = endpointName(instance);
    const { namespace, version = '1.0', legacyNamespaces = [] } = targetOf(instance, this.name);
    this.instance = instance;
    this.namespace = namespace;
    this.version = version;
    this.legacyNamespaces = legacyNamespaces.map((legacy) => legacy ?? undefined);
    this.methods = exposedMethods(instance, policy);
  }

  /** Whether it is meant by a request for this namespace; nothing is the null namespace. */
  serves(namespace: unknown): boolean {
    const wanted = namespace ?? undefined;
    return wanted === this.namespace || this.legacyNamespaces.some((legacy) => legacy === wanted);
  }
}

const targetKeys = ['namespace', 'version', 'legacyNamespaces'] as const;

function targetOf(instance: object, name: string): EndpointTarget {
  const target: unknown =
    Reflect.get(instance, 'target') ?? Reflect.get(instance.constructor ?? Object, 'target');
  if (target === undefined || target === null) return {};
  const wrong = (what: string): TypeError => new TypeError(`target of endpoint ${name} ${what}`);
  if (typeof target !== 'object' || Array.isArray(target)) throw wrong('is no object');
  const unknownKey = Object.keys(target).find((key) => !targetKeys.some((known) => known === key));
  if (unknownKey !== undefined) {
    throw wrong(`has the key ${unknownKey}; it may have ${targetKeys.join(', ')}`);
  }
  const namespace: unknown = Reflect.get(target, 'namespace') ?? undefined;
  const version: unknown = Reflect.get(target, 'version') ?? undefined;
  const legacyNamespaces: unknown = Reflect.get(target, 'legacyNamespaces') ?? undefined;
  if (namespace !== undefined && typeof namespace !== 'string') {
    throw wrong('has a namespace that is no string');
  }
  if (version !== undefined && (typeof version !== 'string' || !isVersion(version))) {
    throw wrong('has a version that is not like 1.0');
  }
  if (legacyNamespaces !== undefined && !isNamespaces(legacyNamespaces)) {
    throw wrong('has legacyNamespaces that are no list of strings and null');
  }
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(version === undefined ? {} : { version }),
    ...(legacyNamespaces === undefined ? {} : { legacyNamespaces }),
  };
}

function isNamespaces(value: unknown): value is (string | null)[] {
  return Array.isArray(value) && value.every((each) => each === null || typeof each === 'string');
}
