import { randomFillSync } from 'node:crypto';
import { asBuffer } from '../as-buffer.ts';
import type { BodyFormat } from './body-format.ts';

/** Longer ids are not remembered: whoever sends them can't fill the memory of ids seen. */
const maxIdLength = 128;

/** A body that mentions the key more often than this is not searched to its end. */
const maxCandidates = 64;

const uniqueIdKey = Buffer.from('_unique_id');
const msgIdKey = Buffer.from('_msg_id');
const tab = 0x09;
const space = 0x20;
const quote = 0x22;
const colon = 0x3a;
const backslash = 0x5c;
const tilde = 0x7e;
/** MessagePack's fixstr, which has the length in it, and str 8, which has it in the next byte. */
const shortText = 0xa0;
const longestShortText = 0x1f;
const text8 = 0xd9;

const idBytes = 16;
/** Random bytes for many ids: to draw them for each takes longer than all the rest. */
const randomBytes = Buffer.alloc(256 * idBytes);
let nextRandom = randomBytes.length;

/** Makes an id as oslo.messaging writes them: a version 4 UUID in 32 hex digits. Source: RFC 9562, 5.4. */
export function newId(): string {
  if (nextRandom === randomBytes.length) {
    randomFillSync(randomBytes);
    nextRandom = 0;
  }
  const start = nextRandom;
  nextRandom += idBytes;
  randomBytes.writeUInt8((randomBytes.readUInt8(start + 6) & 0x0f) | 0x40, start + 6);
  randomBytes.writeUInt8((randomBytes.readUInt8(start + 8) & 0x3f) | 0x80, start + 8);
  return randomBytes.toString('hex', start, nextRandom);
}

/** Takes a `_unique_id` for what it is: text of 1 to 128 characters, else nothing. */
export function uniqueIdOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > maxIdLength) return undefined;
  return value;
}

/**
 * Finds a message's `_unique_id` in the body without parsing it.
 *
 * Searches for keys of that name: of JSON in an envelope (`\"_unique_id\": \"…\"`) or bare, or of
 * MessagePack. Where there are two, one may stand inside an argument or the context, and nothing is
 * found: only the parsed message can tell. Nor is an id with escapes or beyond ASCII. Linear.
 *
 * @param format - The body's; a body in none is no message, and it does not matter what is found.
 */
export function uniqueIdIn(
  body: Uint8Array,
  format: BodyFormat | undefined = 'json',
): string | undefined {
  return idIn(body, uniqueIdKey, format);
}

/** Finds a message's `_msg_id` as {@link uniqueIdIn} finds the other; nothing if the body is compressed. */
export function msgIdIn(body: Uint8Array, format: BodyFormat): string | undefined {
  return idIn(body, msgIdKey, format);
}

/** Whether a body may have an id that {@link uniqueIdIn} could not tell: it mentions the key. */
export function mentionsUniqueId(body: Uint8Array): boolean {
  return asBuffer(body).includes(uniqueIdKey);
}

function idIn(body: Uint8Array, key: Buffer, format: BodyFormat): string | undefined {
  const bytes = asBuffer(body);
  const idAfterKey = format === 'msgpack' ? idAfterPackedKey : idAfterJsonKey;
  let found: string | undefined;
  let candidates = 0;
  for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + key.length)) {
    candidates += 1;
    if (candidates > maxCandidates) return undefined;
    const id = idAfterKey(bytes, at, key);
    if (id === undefined) continue;
    if (found !== undefined) return undefined;
    found = id;
  }
  return found;
}

/** Reads the id whose key begins at `at`, or nothing when that is no key with a text as its value. */
function idAfterJsonKey(bytes: Buffer, at: number, key: Buffer): string | undefined {
  if (bytes[at - 1] !== quote) return undefined;
  // Inside an envelope each quote has one backslash; with more it is JSON in a text of the message.
  const slashes = bytes[at - 2] === backslash ? 1 : 0;
  if (slashes === 1 && bytes[at - 3] === backslash) return undefined;

  let next = at + key.length;
  const takeQuote = (): boolean => {
    if (slashes === 1 && bytes[next] !== backslash) return false;
    next += slashes;
    if (bytes[next] !== quote) return false;
    next += 1;
    return true;
  };
  const skipSpace = (): void => {
    while (bytes[next] === space || bytes[next] === tab) next += 1;
  };

  if (!takeQuote()) return undefined;
  skipSpace();
  if (bytes[next] !== colon) return undefined;
  next += 1;
  skipSpace();
  if (!takeQuote()) return undefined;

  const start = next;
  while (next - start <= maxIdLength && isIdByte(bytes[next])) next += 1;
  const end = next;
  if (!takeQuote()) return undefined;
  return uniqueIdOf(bytes.toString('latin1', start, end));
}

/** The same for MessagePack: the key is a short text, and so is the id, or one of up to 255 bytes. */
function idAfterPackedKey(bytes: Buffer, at: number, key: Buffer): string | undefined {
  if (bytes[at - 1] !== (shortText | key.length)) return undefined;
  const header = at + key.length;
  const head = bytes[header] ?? 0;
  const isShort = (head & ~longestShortText) === shortText;
  if (!isShort && head !== text8) return undefined;
  const start = header + (isShort ? 1 : 2);
  const length = isShort ? head & longestShortText : (bytes[header + 1] ?? 0);
  const id = bytes.subarray(start, start + length);
  if (id.length < length || !id.every(isIdByte)) return undefined;
  return uniqueIdOf(id.toString('latin1'));
}

function isIdByte(byte: number | undefined): boolean {
  return (
    byte !== undefined && byte >= space && byte <= tilde && byte !== quote && byte !== backslash
  );
}
