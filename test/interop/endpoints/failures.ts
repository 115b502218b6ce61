import { AssertionError } from 'node:assert';
import {
  type Context,
  type ContextValues,
  expectedExceptions,
  expose,
  type PythonException,
  pythonException,
  type Serializer,
} from '../../../src/index.ts';

/** Like `peer_errors.QuotaExceeded` of `peers/`. */
class QuotaExceeded extends Error {
  readonly limit: number;

  constructor(message: string, limit: number) {
    super(message);
    this.limit = limit;
  }

  get [pythonException](): PythonException {
    return { module: 'peer_errors', kwargs: { resource: 'cores', limit: this.limit } };
  }
}

/** One that Python has by another name. */
class NotHere extends Error {
  readonly [pythonException]: PythonException = { module: 'builtins', class: 'LookupError' };
}

/** One that says nothing of Python. */
class Unknown extends Error {}

const makers: Readonly<Record<string, (message: string) => unknown>> = {
  Error: (message) => new Error(message),
  AggregateError: (message) => new AggregateError([], message),
  EvalError: (message) => new EvalError(message),
  TypeError: (message) => new TypeError(message),
  RangeError: (message) => new RangeError(message),
  SyntaxError: (message) => new SyntaxError(message),
  URIError: (message) => new URIError(message),
  ReferenceError: (message) => new ReferenceError(message),
  AssertionError: (message) => new AssertionError({ message }),
  TimeoutError: (message) => new DOMException(message, 'TimeoutError'),
  QuotaExceeded: (message) => new QuotaExceeded(message, 8),
  NotHere: (message) => new NotHere(message),
  Unknown: (message) => new Unknown(message),
  text: (message) => message,
};

/** Fails as it is told to. */
export class Failures {
  static target = { namespace: 'failures', version: '1.1', legacyNamespaces: ['failing', null] };
  static {
    expose(Failures, 'fail', '_marked');
    expectedExceptions(RangeError, QuotaExceeded)(Failures, 'failAsExpected');
  }

  fail(_ctx: Context, { kind, message }: { kind: string; message: string }): never {
    throw makers[kind]?.(message);
  }

  failAsExpected(ctx: Context, args: { kind: string; message: string }): never {
    this.fail(ctx, args);
  }

  about({ namespace, clientTimeoutMs }: Context): object {
    return { namespace, clientTimeoutMs };
  }

  user(ctx: Context<{ readonly name: string }>, { value }: { value: unknown }): unknown {
    return [ctx.values.name, value];
  }

  _underscored(): string {
    return '_underscored';
  }

  _marked(): string {
    return '_marked';
  }
}

/** Gives the methods a user in the place of the caller's dict. */
export class UserSerializer implements Serializer<{ readonly name: string }> {
  serializeEntity({ name }: { readonly name: string }, entity: unknown): unknown {
    return { for: name, entity };
  }

  deserializeEntity({ name }: { readonly name: string }, entity: unknown): unknown {
    return `${entity} of ${name}`;
  }

  serializeContext({ name }: { readonly name: string }): ContextValues {
    return { user: name };
  }

  deserializeContext({ user }: ContextValues): { readonly name: string } {
    return { name: String(user) };
  }
}
