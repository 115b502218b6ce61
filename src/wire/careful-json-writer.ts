import { defaultMessageLimits } from './message-limits.ts';

/** What a peer would not read is not written. */
export const maxWrittenDepth: number = defaultMessageLimits.maxDepth;

/**
 * Writes a value as a Python peer expects it, whatever is inside.
 *
 * | value | wire |
 * | --- | --- |
 * | `undefined` | `null` |
 * | `bigint` | its digits |
 * | `NaN`, `Infinity`, `-0` | as Python writes them |
 * | `Date` | `"YYYY-MM-DDTHH:MM:SS.ffffff"` in UTC, without a zone |
 * | `Map`, `Set` | object, list |
 * | `Error` | its text |
 * | an object with `toJSON` | what that returns |
 *
 * Source: oslo-wire.md 11.
 *
 * @throws TypeError for what has no form on the wire: bytes, functions, symbols, invalid dates, map
 * keys that are no text or number, and what is cyclic or nested too deeply.
 */
export function writeCarefully(value: unknown): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Object.is(value, -0) ? '-0.0' : String(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'undefined':
      return 'null';
    case 'object':
      return value === null ? 'null' : writeObject(value, depth);
    default:
      throw new TypeError(`a ${typeof value} has no form on the wire`);
  }
}

function writeObject(value: object, depth: number): string {
  // A cycle ends here too: it is only very deep.
  if (depth >= maxWrittenDepth) {
    throw new TypeError(`a value is cyclic, or nested deeper than ${maxWrittenDepth} levels`);
  }
  // Before toJSON: dates and buffers have one, and it writes what no peer would read.
  if (value instanceof Date) return writeDate(value);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    throw new TypeError('bytes have no form on the wire: send them as text, such as base64');
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return write(value.toJSON(), depth + 1);
  }
  if (Array.isArray(value) || value instanceof Set) return writeList(value, depth);
  if (value instanceof Map) return writeEntries(value, depth);
  if (value instanceof Error) return JSON.stringify(String(value));
  if (value instanceof Number || value instanceof String || value instanceof Boolean) {
    return write(value.valueOf(), depth);
  }
  return writeEntries(Object.entries(value), depth);
}

function writeDate(date: Date): string {
  if (Number.isNaN(date.getTime())) throw new TypeError('an invalid date has no form on the wire');
  return `"${date.toISOString().slice(0, -1)}000"`;
}

function writeList(list: Iterable<unknown>, depth: number): string {
  return `[${Array.from(list, (item) => write(item, depth + 1)).join(', ')}]`;
}

function writeEntries(entries: Iterable<[unknown, unknown]>, depth: number): string {
  const written = Array.from(
    entries,
    ([key, value]) => `${JSON.stringify(keyOf(key))}: ${write(value, depth + 1)}`,
  );
  return `{${written.join(', ')}}`;
}

function keyOf(key: unknown): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'number' || typeof key === 'bigint') return String(key);
  throw new TypeError(`a ${typeof key} cannot be a key on the wire`);
}
