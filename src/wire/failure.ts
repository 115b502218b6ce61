import {
  CallCancelled,
  type ErrorSubject,
  HostCrashed,
  MessagingError,
  NoSuchMethod,
  RemoteError,
  UnsupportedVersion,
} from '../errors.ts';
import { shortened } from '../log.ts';
import { pythonException } from '../python-exception.ts';
import { builtinsModule, pythonClassOf } from './python-exceptions.ts';
import { parseJson, stringifyJson } from './python-json.ts';
import { isRecord } from './record.ts';

/**
 * An error as it crosses the wire, and as it crosses threads.
 *
 * Source: oslo-wire.md 8.
 */
export interface Failure {
  /** The exception's class, such as `ValueError`. */
  readonly class: string;
  /** The module of that class; a caller rebuilds those of `builtins`, and others when it trusts them. */
  readonly module: string;
  readonly message: string;
  /** The traceback in lines, each of which ends with a newline. */
  readonly tb: readonly string[];
  /** The exception's positional arguments. */
  readonly args: readonly unknown[];
  /** The exception's named arguments. */
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** The module that Python callers know `NoSuchMethod` and `UnsupportedVersion` from. */
export const dispatcherModule: string = 'oslo_messaging.rpc.dispatcher';
/** The module of what is no error of JavaScript's own; Python callers get a `RemoteError` for it. */
const ownModule = 'greenroom';

/**
 * Makes a failure of whatever was thrown; never throws itself.
 *
 * - A {@link RemoteError} keeps the class, module and arguments it had at the server it came from.
 * - An error that says what it is in Python, under {@link pythonException}, is that.
 * - {@link NoSuchMethod} and {@link UnsupportedVersion} are oslo.messaging's of that name.
 * - {@link HostCrashed} and {@link CallCancelled} say in `kwargs` of which `kind`, or for which `reason`.
 * - JavaScript's own errors become the builtin exception that a Python caller would catch.
 * - Any other class keeps its name, in the module `greenroom`.
 * - What is no error at all (`throw null`) becomes an `Exception` with the value's text.
 *
 * Source: oslo-wire.md 8.
 */
export function failureFrom(error: unknown): Failure {
  try {
    if (error instanceof RemoteError) return failureOfRemoteError(error);
    if (typeof error !== 'object' || error === null) return failureOfValue(error);
    const message = read(error, 'message');
    if (typeof message !== 'string') return failureOfValue(error);
    const {
      args = [message],
      kwargs = {},
      ...identity
    } = saidIdentityOf(error) ?? identityOf(error);
    return { ...identity, message, tb: tracebackOf(error), args, kwargs };
  } catch {
    // Only an error that defends itself against being looked at (a proxy, say) comes here, and its
    // own complaint says less than the fact.
    return failureOfValue('an error that cannot be read');
  }
}

/** How much of a traceback is logged; an error's text may hold whatever a peer sent. */
const maxStackLength = 8_192;

/** What of a failure stands in a line of the log. */
export function loggedFailure(failure: Failure): {
  readonly error: string;
  readonly stack: string;
} {
  return {
    error: `${failure.class}: ${shortened(failure.message)}`,
    stack: failure.tb.join('').slice(0, maxStackLength),
  };
}

/** What a caller gets of a failure when the server keeps its stacks to itself. */
export function withoutTraceback(failure: Failure): Failure {
  return { ...failure, tb: [] };
}

/**
 * Encodes a failure as the JSON text that stands in a reply.
 *
 * Arguments that have no form on the wire are replaced by the message: better a failure without
 * them than none, which is what Python sends. Source: oslo-wire.md 8.
 */
export function encodeFailure(failure: Failure): string {
  try {
    return stringifyJson(inOrder(failure));
  } catch {
    return stringifyJson(inOrder(withoutArguments(failure)));
  }
}

/** A failure whose message stands for its arguments, for these have no form on the wire. */
export function withoutArguments(failure: Failure): Failure {
  return { ...failure, args: [failure.message], kwargs: {} };
}

/**
 * Decodes what stands under `failure` in a reply; never throws.
 *
 * Missing and mistyped parts get the value that a Python caller would take for them, or the nearest
 * one; what is no failure at all becomes an `Exception` with that text. Source: oslo-wire.md 8 and 10.
 */
export function decodeFailure(text: unknown): Failure {
  if (isRecord(text)) return failureOfRecord(text);
  if (typeof text !== 'string') return failureOfValue(text);
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    // Not JSON, or malformed: then the text is all that is known of the failure.
    return failureOfValue(text);
  }
  return isRecord(value) ? failureOfRecord(value) : failureOfValue(text);
}

/** Makes the error that a caller gets for a failure. */
export function remoteErrorFrom(failure: Failure, about: ErrorSubject = {}): RemoteError {
  const { class: name, module, message, tb: traceback, args, kwargs } = failure;
  return new RemoteError({ class: name, module, message, traceback, args, kwargs }, about);
}

/** With the keys in oslo.messaging's order. */
function inOrder({ class: name, module, message, tb, args, kwargs }: Failure): Failure {
  return { class: name, module, message, tb, args, kwargs };
}

type Identity = Pick<Failure, 'class' | 'module'> & Partial<Pick<Failure, 'args' | 'kwargs'>>;

function failureOfRemoteError(error: RemoteError): Failure {
  return failureOfRecord({
    class: error.remoteClass,
    module: error.remoteModule,
    message: error.remoteMessage,
    tb: error.remoteTraceback,
    args: error.remoteArgs,
    kwargs: error.remoteKwargs,
  });
}

/** Reads each part for what it is and replaces what it is not. */
function failureOfRecord(record: Record<string, unknown>): Failure {
  const { tb, args, kwargs } = record;
  return {
    ...withoutRemoteSuffix(textOf(record['class'], 'Exception'), textOf(record['module'], '')),
    message: textOf(record['message'], ''),
    tb: Array.isArray(tb) ? tb.map((line) => textOf(line, '')) : typeof tb === 'string' ? [tb] : [],
    args: Array.isArray(args) ? args : [],
    kwargs: isRecord(kwargs) ? kwargs : {},
  };
}

/** Python marks an error that it has rebuilt with a suffix; passed on, it is what it was. */
function withoutRemoteSuffix(name: string, module: string): { class: string; module: string } {
  const suffix = '_Remote';
  if (!name.endsWith(suffix) || !module.endsWith(suffix)) return { class: name, module };
  return { class: name.slice(0, -suffix.length), module: module.slice(0, -suffix.length) };
}

function failureOfValue(value: unknown): Failure {
  const message = value === undefined ? 'undefined' : textOf(value, 'null');
  return {
    class: 'Exception',
    module: builtinsModule,
    message,
    tb: [],
    args: [message],
    kwargs: {},
  };
}

function textOf(value: unknown, absent: string): string {
  if (value === undefined || value === null) return absent;
  if (typeof value === 'string') return value;
  try {
    return stringifyJson(value);
  } catch {
    // It has no form in JSON, so it gets the one that every value has.
    return Object.prototype.toString.call(value);
  }
}

/** What an error says of itself, without what it says wrongly. */
function saidIdentityOf(error: object): Identity | undefined {
  const said = read(error, pythonException);
  if (typeof said !== 'object' || said === null) return undefined;
  const module = read(said, 'module');
  if (!isName(module)) return undefined;
  const name = read(said, 'class');
  const args = read(said, 'args');
  const kwargs = read(said, 'kwargs');
  return {
    module,
    class: isName(name) ? name : nameOf(error),
    ...(Array.isArray(args) && { args }),
    ...(isRecord(kwargs) && { kwargs }),
  };
}

function identityOf(error: object): Identity {
  if (error instanceof NoSuchMethod) return { class: 'NoSuchMethod', module: dispatcherModule };
  if (error instanceof UnsupportedVersion) {
    return { class: 'UnsupportedVersion', module: dispatcherModule };
  }
  const name = nameOf(error);
  if (error instanceof MessagingError) {
    return { class: name, module: ownModule, kwargs: detailsOf(error) };
  }
  const python = pythonClassOf(name);
  if (python !== undefined) return { class: python, module: builtinsModule };
  return { class: name, module: ownModule };
}

/** What tells errors of one class apart, for a caller that goes by it: texts are for people. */
function detailsOf(error: MessagingError): Failure['kwargs'] {
  if (error instanceof HostCrashed) return { kind: error.kind };
  if (error instanceof CallCancelled && error.reason !== undefined) return { reason: error.reason };
  return {};
}

/**
 * The name of the class: a user's own class has it there, and seldom in `name`. With DOM exceptions
 * and the errors of Node itself it is the other way round.
 */
function nameOf(error: object): string {
  const errorClass = read(error, 'constructor');
  const className = typeof errorClass === 'function' ? read(errorClass, 'name') : undefined;
  if (isName(className) && !namedByInstance.has(className)) return className;
  const name = read(error, 'name');
  return isName(name) ? name : 'Error';
}

const namedByInstance: ReadonlySet<string> = new Set(['DOMException', 'NodeError', 'Object']);

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function tracebackOf(error: object): string[] {
  const stack = read(error, 'stack');
  if (typeof stack !== 'string' || stack === '') return [];
  return stack.split('\n').map((line) => `${line}\n`);
}

/** Reads a property of something hostile: what throws is not there. */
function read(object: object, key: string | symbol): unknown {
  try {
    return Reflect.get(object, key);
  } catch {
    return undefined;
  }
}
