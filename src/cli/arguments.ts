import { addAbortSignal } from 'node:stream';
import { text } from 'node:stream/consumers';
import { InvalidArgumentError } from 'commander';
import { type NotificationMethod, notificationPriorities } from '../index.ts';
import { parseDuration } from './durations.ts';
import { parseJsonText } from './json-text.ts';
import { UsageError } from './usage-error.ts';

/** Reads an option's duration, in milliseconds. A number without unit is refused. */
export function durationArgument(given: string): number {
  const durationMs = parseDuration(given);
  if (durationMs !== undefined) return durationMs;
  throw new InvalidArgumentError(
    'It must be a duration with its unit, such as 500ms, 2s or 1m, of 24 days at most.',
  );
}

/** Reads an option's count, from 0. */
export function countArgument(given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new InvalidArgumentError('It must be a whole number, 0 or more.');
}

/** Checks an option's interface version. */
export function versionArgument(given: string): string {
  if (/^\d+\.\d+(\.\d+)?$/.test(given)) return given;
  throw new InvalidArgumentError('It must be major.minor, such as 1.0.');
}

/** Reads an option's priority of notifications, in any case. */
export function priorityArgument(given: string): NotificationMethod {
  const priority = notificationPriorities.find((name) => name === given.toLowerCase());
  if (priority !== undefined) return priority;
  throw new InvalidArgumentError(`It must be one of ${notificationPriorities.join(', ')}.`);
}

/**
 * Reads any JSON.
 *
 * @param what - Begins the sentence of the complaint.
 * @throws {@link UsageError} that says where it is wrong.
 */
export function jsonValue(given: string, what: string): unknown {
  try {
    return parseJsonText(given);
  } catch (cause) {
    const where = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${what} can't be read: ${where}`, { cause });
  }
}

/**
 * Reads JSON that has to be an object.
 *
 * @param what - Begins the sentence of the complaint.
 * @throws {@link UsageError} that says what is wrong, and where.
 */
export function jsonObject(given: string, what: string): Readonly<Record<string, unknown>> {
  const value = jsonValue(given, what);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  const kind = Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`;
  throw new UsageError(`${what} must be an object such as {"id": "a"}, not ${kind}`);
}

/**
 * Reads the named arguments of a method: the JSON given, stdin if it is `-`, none if there is none.
 *
 * @throws {@link UsageError} as {@link jsonObject} does.
 */
export async function methodArguments(
  given: string | undefined,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  if (given === undefined) return {};
  if (given !== '-') return jsonObject(given, 'the JSON arguments');
  return jsonObject(await stdinText(signal), 'the JSON on stdin');
}

/**
 * Reads the payload of a notification: the JSON given, stdin if it is `-`, `{}` if there is none.
 *
 * @throws {@link UsageError} as {@link jsonValue} does.
 */
export async function payloadArgument(
  given: string | undefined,
  signal: AbortSignal,
): Promise<unknown> {
  if (given === undefined) return {};
  if (given !== '-') return jsonValue(given, 'the JSON payload');
  return jsonValue(await stdinText(signal), 'the JSON on stdin');
}

function stdinText(signal: AbortSignal): Promise<string> {
  return text(addAbortSignal(signal, process.stdin));
}

/** The port of an option; 0 stands for any that is free. */
export function portArgument(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('It must be a port, 0 to 65535.');
}
