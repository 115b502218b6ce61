import { randomUUID } from 'node:crypto';

/**
 * Parses JSON without rounding: integers beyond ±(2^53 - 1) become `bigint`.
 *
 * @throws SyntaxError that says where the text is wrong.
 */
export function parseJsonText(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return /\d{16}/.test(text) ? parseLargeIntegers(text) : value;
}

/** Strings whole, so that digits in them are left alone, and numbers. */
const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi;

function parseLargeIntegers(text: string): unknown {
  const mark = `${randomUUID()}:`;
  const marked = text.replace(stringOrNumber, (token) =>
    /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${mark}${token}"` : token,
  );
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  );
}

/**
 * Writes what came over the wire as JSON, losing nothing: a `bigint` as its digits; `NaN` and the
 * infinities bare, as Python writes and reads them.
 *
 * @param indent - Spaces a level; all on one line when 0.
 */
export function formatJsonText(value: unknown, indent = 0): string {
  return write(value, indent, '\n');
}

function write(value: unknown, indent: number, newLine: string): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const inner = newLine + ' '.repeat(indent);
  if (Array.isArray(value)) {
    return enclose(
      '[]',
      value.map((item) => write(item, indent, inner)),
    );
  }
  const colon = indent === 0 ? ':' : ': ';
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([key, field]) => `${JSON.stringify(key)}${colon}${write(field, indent, inner)}`);
  return enclose('{}', fields);

  function enclose(brackets: '[]' | '{}', items: readonly string[]): string {
    const [open, close] = brackets;
    if (items.length === 0) return brackets;
    if (indent === 0) return `${open}${items.join(',')}${close}`;
    return `${open}${inner}${items.join(`,${inner}`)}${newLine}${close}`;
  }
}
