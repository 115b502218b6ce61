/// <reference lib="es2024.string" />
import { maxWrittenDepth } from './careful-json-writer.ts';
import { MapTag, NegativeZeroTag, SetTag, TextTag } from './msgpack-tags.ts';

const byteOrderMark = 0xfeff;

/**
 * Turns a value into such as msgpackr writes without a loss.
 *
 * Plain values, `undefined`, `bigint`, `Date`, `Map`, `Set` and `Uint8Array` stay what they are, a `Buffer`
 * becomes a `Uint8Array`. For the rest the rules are those of JSON: an object with `toJSON` is
 * what that returns, an `Error` is its text, and other objects are their own properties.
 *
 * @throws TypeError for what has no form on the wire: functions, symbols, invalid dates, bytes that are no
 * `Uint8Array`, keys that are no well-formed text, and what is cyclic or nested too deeply.
 */
export function packable(value: unknown): unknown {
  return prepared(value, 0);
}

function prepared(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return isPlainText(value) ? value : new TextTag(Buffer.from(value, 'utf16le'));
    case 'number':
      return Object.is(value, -0) ? new NegativeZeroTag(0) : value;
    case 'bigint':
    case 'boolean':
    case 'undefined':
      return value;
    case 'object':
      return value === null ? null : preparedObject(value, depth);
    default:
      throw new TypeError(`a ${typeof value} has no form on the wire`);
  }
}

function preparedObject(value: object, depth: number): unknown {
  // A cycle ends here too: it is only very deep.
  if (depth >= maxWrittenDepth) {
    throw new TypeError(`a value is cyclic, or nested deeper than ${maxWrittenDepth} levels`);
  }
  // Before toJSON, which dates and buffers have.
  if (value instanceof Date) return checkedDate(value);
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    throw new TypeError('bytes have a form on the wire as a Uint8Array only');
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return prepared(value.toJSON(), depth + 1);
  }
  if (Array.isArray(value)) return preparedItems(value, depth);
  if (value instanceof Set) return new SetTag(preparedItems([...value], depth));
  if (value instanceof Map) return new MapTag(preparedItems([...value].flat(), depth));
  if (value instanceof Error) return prepared(String(value), depth);
  if (value instanceof Number || value instanceof String || value instanceof Boolean) {
    return prepared(value.valueOf(), depth);
  }
  return preparedProperties(value, depth);
}

function checkedDate(date: Date): Date {
  if (Number.isNaN(date.getTime())) throw new TypeError('an invalid date has no form on the wire');
  return date;
}

function preparedItems(items: readonly unknown[], depth: number): unknown[] {
  return items.map((item) => prepared(item, depth + 1));
}

function preparedProperties(object: object, depth: number): Record<string, unknown> {
  const properties: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(object)) {
    if (key === '__proto__' || !isPlainText(key)) {
      throw new TypeError(`'${key}' cannot be a key on the wire`);
    }
    properties[key] = prepared(item, depth + 1);
  }
  return properties;
}

/** Whether UTF-8 can write it, and msgpackr reads it again as it is: a byte order mark it may drop. */
function isPlainText(text: string): boolean {
  return text.charCodeAt(0) !== byteOrderMark && text.isWellFormed();
}
