/** What a method's function is marked with; on the function itself, so an overriding one has none. */
export interface Marks {
  /** Whether the `explicit` access policy lets it be called. */
  readonly exposed?: boolean;
  /** The classes of errors that it is in order for it to throw. */
  readonly expected?: readonly ErrorClass[];
}

/** A class that `instanceof` takes. */
export type ErrorClass = abstract new (...args: never) => unknown;

/** The names of an endpoint's methods, given its class or, for a plain object, itself. */
export type MethodNames<T> = T extends abstract new (
  ...args: never
) => infer Instance
  ? keyof Instance & string
  : keyof T & string;

/**
 * Marks methods of an endpoint: as a decorator (of the standard's kind) of each, or called with the
 * class, or the plain object, and the names.
 *
 * It throws a TypeError for what is no method, or can't be called from outside: a static or a
 * `#private` one.
 */
export interface MethodMark {
  (method: (...args: never) => unknown, context: ClassMethodDecoratorContext): void;
  <T extends object>(endpoint: T, ...methods: MethodNames<T>[]): void;
}

/** Shared by every copy of the package in a thread: an endpoint may come with a copy of its own. */
const key = Symbol.for('greenroom.methodMarks');

/** The marks of a method's function; none for what is no function. */
export function marksOf(method: unknown): Marks {
  if (typeof method !== 'function' || !Object.hasOwn(method, key)) return {};
  return Reflect.get(method, key) as Marks;
}

/** Makes a {@link MethodMark}; `what` names it in errors. */
export function methodMark(what: string, change: (marks: Marks) => Marks): MethodMark {
  const mark = (method: object): void => {
    Object.defineProperty(method, key, { value: change(marksOf(method)), configurable: true });
  };
  return (endpoint: object, ...named: readonly (ClassMethodDecoratorContext | string)[]): void => {
    const [context] = named;
    if (typeof context === 'object') {
      if (context.kind !== 'method' || context.static || context.private) {
        throw new TypeError(`${what} is for public methods, and ${String(context.name)} is none`);
      }
      mark(endpoint);
      return;
    }
    const holder: unknown = typeof endpoint === 'function' ? endpoint.prototype : endpoint;
    for (const name of named) mark(methodOf(holder, String(name), what));
  };
}

function methodOf(holder: unknown, name: string, what: string): object {
  for (let at = holder; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at)) {
    const method: unknown = Object.getOwnPropertyDescriptor(at, name)?.value;
    if (typeof method === 'function' && at !== Object.prototype) return method;
  }
  throw new TypeError(`${what}: there is no method ${name}`);
}
