import { InvalidOptionError, RemoteError } from '../errors.ts';
import { shortened } from '../log.ts';

/**
 * Which errors of a server are raised here as the application's own, by Python module and class:
 * `{ 'nova.exception.InstanceNotFound': InstanceNotFound }`.
 *
 * A class is made as every error can be, with the remote message and `{ cause }`; what takes other
 * arguments is made by a function, from the `RemoteError`.
 */
export type RemoteErrors = Readonly<Record<string, RemoteErrorClass | RemoteErrorFactory>>;

/** A class of {@link RemoteErrors}; `options.cause` is the `RemoteError`. */
export type RemoteErrorClass = new (
  message: string,
  options: { readonly cause: RemoteError },
) => Error;

/** A function of {@link RemoteErrors}; the error it makes gets the `RemoteError` as its `cause`. */
export type RemoteErrorFactory = (remote: RemoteError) => Error;

/** @throws {@link InvalidOptionError} that names what is neither a class nor a function. */
export function checkRemoteErrors(registry: RemoteErrors = {}): void {
  for (const [name, make] of Object.entries(registry)) {
    if (typeof make === 'function') continue;
    throw new InvalidOptionError(
      `remoteErrors['${shortened(name)}'] must be a class or a function`,
    );
  }
}

/**
 * Makes the application's error of a remote one that it has registered; gives back any other as it is.
 *
 * A server's words choose among what is registered, and nothing else: no name is looked up in a
 * prototype, none is imported. When the application's error can't be made, the remote one
 * stands for it, and its `cause` says why.
 */
export function applicationError(error: unknown, registry: RemoteErrors = {}): unknown {
  if (!(error instanceof RemoteError)) return error;
  const name = `${error.remoteModule}.${error.remoteClass}`;
  const make = Object.hasOwn(registry, name) ? registry[name] : undefined;
  if (make === undefined) return error;
  try {
    return withCause(made(make, error), error);
  } catch (cause) {
    return withCause(error, cause);
  }
}

function made(make: RemoteErrorClass | RemoteErrorFactory, remote: RemoteError): Error {
  const error = isErrorClass(make)
    ? new make(remote.remoteMessage, { cause: remote })
    : make(remote);
  if (error instanceof Error) return error;
  throw new TypeError(`what is registered for ${remote.remoteClass} made no error`);
}

function isErrorClass(make: RemoteErrorClass | RemoteErrorFactory): make is RemoteErrorClass {
  return make.prototype instanceof Error;
}

/** What an error was made with counts for more. */
function withCause(error: Error, cause: unknown): Error {
  if (error === cause || error.cause !== undefined) return error;
  return Object.defineProperty(error, 'cause', {
    value: cause,
    configurable: true,
    writable: true,
  });
}
