import { MalformedMessage } from '../errors.ts';
import { parseCarefully } from './careful-json-parser.ts';
import { maxWrittenDepth, writeCarefully } from './careful-json-writer.ts';
import { findExcess } from './json-limits.ts';
import { defaultMessageLimits } from './message-limits.ts';

/**
 * Parses JSON as Python writes it.
 *
 * Takes the bare `NaN`, `Infinity` and `-Infinity`. Integers beyond ±(2^53 - 1) become `bigint`, so
 * that no digit is lost; all other numbers are `number`. `-0` is 0 and `-0.0` is -0, as integers have
 * one zero and floats two. Takes time linear in the text's length. Source: oslo-wire.md 1.10 and 11.
 *
 * @throws {@link MalformedMessage} when the text is not JSON, is nested deeper than `maxDepth` levels, or
 * has an object with the key `__proto__`: harmless as it is, but it would set the prototype of a copy.
 */
export function parseJson(text: string, maxDepth: number = defaultMessageLimits.maxDepth): unknown {
  const excess = findExcess(text, maxDepth);
  if (excess !== undefined) throw new MalformedMessage(`JSON text is ${excess}`);
  const value = parse(text);
  if (mayNamePrototype(text) && namesPrototype(value)) {
    throw new MalformedMessage('JSON text has an object with the key __proto__');
  }
  return value;
}

/**
 * Writes JSON as Python reads it.
 *
 * Plain values, which are nearly all, go to `JSON.stringify`; what it would leave out, round or
 * refuse is written by {@link writeCarefully}, which lists the forms. Source: oslo-wire.md 11.
 *
 * @throws TypeError for what has no form on the wire, such as bytes, functions and cycles.
 */
export function stringifyJson(value: unknown): string {
  // To walk the value first is cheaper than a replacer function, which is called for each part of it.
  return isPlain(value, 0) ? JSON.stringify(value) : writeCarefully(value);
}

/** What may be an unsafe integer: not the digits of a fraction; in a string it costs time only. */
const largeInteger = /(?:^|[[:,\s-])\d{16}/;

/**
 * The integer in an object or a list, and a message is an object: to `JSON.parse` it is a float. In a
 * string it costs time only.
 */
const negativeZero = /[[:,\s]-0[\s,\]}]/;

/** Its letters, escaped, which no encoder does of itself. */
const escapedLetter = /\\u00(?:5f|6f|7[024])/i;

/** A search for a text takes a tenth of what a regular expression does. */
function mayNamePrototype(text: string): boolean {
  return text.includes('__proto__') || (text.includes('\\u00') && escapedLetter.test(text));
}

function parse(text: string): unknown {
  try {
    if (hasManyDigits(text) && largeInteger.test(text)) return parseCarefully(text);
    // Most texts with a `-0` have it in a date or an id; looking closer costs a twentieth of the parse.
    if (text.includes('-0') && negativeZero.test(text)) return parseCarefully(text);
    return JSON.parse(text);
  } catch (cause) {
    if (!text.includes('NaN') && !text.includes('Infinity')) throw notJson(cause);
  }
  try {
    return parseCarefully(text);
  } catch (cause) {
    throw notJson(cause);
  }
}

const manyDigits = 16;

/**
 * Whether a text has 16 digits in a row. Of such a run one is at a 16th place, so that only those are
 * looked at: it rules most texts out at a hundredth of the cost of what comes after it.
 */
function hasManyDigits(text: string): boolean {
  for (let at = manyDigits - 1; at < text.length; at += manyDigits) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let start = at;
    let end = at + 1;
    while (isDigit(text.charCodeAt(start - 1))) start -= 1;
    while (isDigit(text.charCodeAt(end))) end += 1;
    if (end - start >= manyDigits) return true;
  }
  return false;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function notJson(cause: unknown): MalformedMessage {
  return new MalformedMessage('text is not JSON', { cause });
}

function namesPrototype(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(namesPrototype);
}

/** Whether `JSON.stringify` writes the value as the wire wants it. */
function isPlain(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'object':
      return value === null || isPlainObject(value, depth);
    default:
      return false;
  }
}

function isPlainObject(value: object, depth: number): boolean {
  if (depth >= maxWrittenDepth || 'toJSON' in value) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (!isPlain(item, depth + 1)) return false;
    return true;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const item of Object.values(value)) if (!isPlain(item, depth + 1)) return false;
  return true;
}
