import type { CancelReason } from './cancel-reason.ts';
import type { Target } from './target.ts';

/** What an error is about; every field is there when it is known. */
export interface ErrorSubject {
  readonly target?: Target;
  readonly method?: string;
  readonly msgId?: string;
}

/** Options of every error here: a `cause`, and what it is about. */
export interface MessagingErrorOptions extends ErrorSubject {
  readonly cause?: unknown;
}

/** Makes `instanceof` hold across two installed copies of the package and across realms. */
const brand = (name: string): symbol => Symbol.for(`greenroom.${name}`);

/**
 * The root of every error that Greenroom throws.
 *
 * Match on `code`: it is stable, the message is not. `retryable` says whether the same call may
 * succeed when it is made again. An error carries no live object, so it survives a log and a thread.
 */
export class MessagingError extends Error {
  /** Stable and unique to the class, `ERR_GREENROOM_…`. */
  readonly code: string = 'ERR_GREENROOM';
  /** Whether making the same call again can help. */
  readonly retryable: boolean = false;
  // Declared only: what is not known is not there, rather than there and undefined.
  declare readonly target?: Target;
  declare readonly method?: string;
  declare readonly msgId?: string;

  constructor(message: string, options: MessagingErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    if (options.target !== undefined) this.target = options.target;
    if (options.method !== undefined) this.method = options.method;
    if (options.msgId !== undefined) this.msgId = options.msgId;
  }

  static {
    Object.defineProperty(MessagingError.prototype, 'name', {
      value: 'MessagingError',
      writable: true,
    });
    Object.defineProperty(MessagingError.prototype, brand('MessagingError'), { value: true });
  }

  /** Holds for errors of another installed copy too; a user's own subclass is matched as usual. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: `this` is the class on the right of `instanceof`.
    const { prototype } = this;
    const own = brand(prototype.name);
    if (Object.hasOwn(prototype, own))
      return typeof value === 'object' && value !== null && own in value;
    return Object.prototype.isPrototypeOf.call(prototype, Object(value));
  }
}

function named(errorClass: { prototype: MessagingError; name: string }): void {
  Object.defineProperty(errorClass.prototype, 'name', { value: errorClass.name, writable: true });
  Object.defineProperty(errorClass.prototype, brand(errorClass.name), { value: true });
}

/** No reply came in time. The server may have run the method all the same. */
export class MessagingTimeout extends MessagingError {
  override readonly code = 'ERR_GREENROOM_TIMEOUT';
  override readonly retryable = true;
  static {
    named(MessagingTimeout);
  }
}

/** The message could not be handed to the broker: it was refused, or no connection was to be had. */
export class MessageDeliveryFailure extends MessagingError {
  override readonly code: string = 'ERR_GREENROOM_DELIVERY_FAILURE';
  override readonly retryable: boolean = true;
  static {
    named(MessageDeliveryFailure);
  }
}

/** A `mandatory` message came back: no queue is bound for it. */
export class MessageUndeliverable extends MessageDeliveryFailure {
  override readonly code = 'ERR_GREENROOM_UNDELIVERABLE';
  static {
    named(MessageUndeliverable);
  }
}

/**
 * Too much is on its way to the broker already, which is away, blocks us, or is slower than we are; the
 * message was not sent. `rabbit.outbound` says how much is too much.
 */
export class OutboundFull extends MessageDeliveryFailure {
  override readonly code = 'ERR_GREENROOM_OUTBOUND_FULL';
  static {
    named(OutboundFull);
  }
}

/**
 * The message is larger than the broker takes; it was not sent, for the broker's answer would end the
 * connection. `rabbit.maxMessageBytes` says how large is too large.
 */
export class MessageTooLarge extends MessageDeliveryFailure {
  override readonly code = 'ERR_GREENROOM_MESSAGE_TOO_LARGE';
  override readonly retryable = false;
  static {
    named(MessageTooLarge);
  }
}

/** What {@link RemoteError} is made from: the failure as it stood in the reply. */
export interface RemoteFailure {
  readonly class: string;
  readonly module: string;
  readonly message: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly traceback: readonly string[];
}

/** The method ran on the server, or was looked up there, and failed. */
export class RemoteError extends MessagingError {
  override readonly code = 'ERR_GREENROOM_REMOTE';
  /** The exception's class as the server named it, such as `ValueError`. */
  readonly remoteClass: string;
  /** The module of that class, such as `builtins`. */
  readonly remoteModule: string;
  /** The text of the exception, without class or traceback. */
  readonly remoteMessage: string;
  /** The exception's positional arguments. */
  readonly remoteArgs: readonly unknown[];
  /** The exception's named arguments. */
  readonly remoteKwargs: Readonly<Record<string, unknown>>;
  /** The server's stack or traceback, a line or more an item; empty when the server keeps it. */
  readonly remoteTraceback: readonly string[];

  constructor(failure: RemoteFailure, options: MessagingErrorOptions = {}) {
    super(`remote error: ${failure.class}: ${failure.message}`, options);
    this.remoteClass = failure.class;
    this.remoteModule = failure.module;
    this.remoteMessage = failure.message;
    this.remoteArgs = failure.args;
    this.remoteKwargs = failure.kwargs;
    this.remoteTraceback = failure.traceback;
  }

  static {
    named(RemoteError);
  }
}

/** The endpoint has no such method, or it may not be called from outside. */
export class NoSuchMethod extends MessagingError {
  override readonly code = 'ERR_GREENROOM_NO_SUCH_METHOD';
  static {
    named(NoSuchMethod);
  }
}

/** No endpoint has that namespace in a version that can serve the request. */
export class UnsupportedVersion extends MessagingError {
  override readonly code = 'ERR_GREENROOM_UNSUPPORTED_VERSION';
  static {
    named(UnsupportedVersion);
  }
}

/** The client's version cap does not allow the version that the call needs; nothing was sent. */
export class RPCVersionCapError extends MessagingError {
  override readonly code = 'ERR_GREENROOM_VERSION_CAP';
  static {
    named(RPCVersionCapError);
  }
}

/** A target lacks what the operation needs, or names what it cannot have. */
export class InvalidTarget extends MessagingError {
  override readonly code = 'ERR_GREENROOM_INVALID_TARGET';
  static {
    named(InvalidTarget);
  }
}

/** A transport URL that cannot be read; the message never repeats the URL, which may hold a password. */
export class InvalidTransportURL extends MessagingError {
  override readonly code = 'ERR_GREENROOM_INVALID_TRANSPORT_URL';
  static {
    named(InvalidTransportURL);
  }
}

/** An option is unknown, of the wrong type or out of range. */
export class InvalidOptionError extends MessagingError {
  override readonly code = 'ERR_GREENROOM_INVALID_OPTION';
  static {
    named(InvalidOptionError);
  }
}

/** The executor could not be made ready: unknown, or an endpoint module failed to load. */
export class ExecutorLoadFailure extends MessagingError {
  override readonly code = 'ERR_GREENROOM_EXECUTOR_LOAD_FAILURE';
  static {
    named(ExecutorLoadFailure);
  }
}

/** The server could not begin to listen: the broker refused the topology or the consumers, or its port for probes is in use. */
export class ServerListenError extends MessagingError {
  override readonly code = 'ERR_GREENROOM_SERVER_LISTEN';
  static {
    named(ServerListenError);
  }
}

/**
 * How a host came to its end.
 *
 * - `out-of-memory`: its heap ran out, or it held more memory than it may.
 * - `exit`: it called `process.exit`.
 * - `uncaught`: something was thrown in it, or a promise rejected, that nobody caught.
 * - `signal`: its process was killed by a signal: its own fault (`SIGSEGV`, `SIGABRT`) or from outside.
 * - `terminated`: it was killed for a call that did not end.
 */
export type HostCrashKind = 'out-of-memory' | 'exit' | 'uncaught' | 'signal' | 'terminated';

/** The host that was running the call died; only the calls it held are lost. */
export class HostCrashed extends MessagingError {
  override readonly code = 'ERR_GREENROOM_HOST_CRASHED';
  override readonly retryable = true;
  readonly kind: HostCrashKind;

  constructor(message: string, kind: HostCrashKind, options: MessagingErrorOptions = {}) {
    super(message, options);
    this.kind = kind;
  }

  static {
    named(HostCrashed);
  }
}

/** The call was cancelled: by the caller's signal, a deadline, or a drain that ran out. */
export class CallCancelled extends MessagingError {
  override readonly code = 'ERR_GREENROOM_CALL_CANCELLED';
  /** Why the server was to stop; absent where a wait of this process was cancelled by its signal. */
  declare readonly reason?: CancelReason;

  constructor(
    message: string,
    options: MessagingErrorOptions & { readonly reason?: CancelReason } = {},
  ) {
    super(message, options);
    if (options.reason !== undefined) this.reason = options.reason;
  }

  static {
    named(CallCancelled);
  }
}

/** The thing was closed or stopped; `cause` says why, if it was not asked to. */
export class ClosedError extends MessagingError {
  override readonly code = 'ERR_GREENROOM_CLOSED';
  static {
    named(ClosedError);
  }
}

/**
 * Bytes that are no message: not JSON, no envelope, an unknown envelope version, a wrong shape; or one
 * that is over the limits.
 */
export class MalformedMessage extends MessagingError {
  override readonly code = 'ERR_GREENROOM_MALFORMED_MESSAGE';
  static {
    named(MalformedMessage);
  }
}
