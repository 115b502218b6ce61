import { randomUUID } from 'node:crypto';

/** Longer ids are not remembered: whoever sends them can't fill the memory of ids seen. */
const maxIdLength = 128;

/** A body that mentions the key more often than this is not searched to its end. */
const maxCandidates = 64;

const key = Buffer.from('_unique_id');
const tab = 0x09;
const space = 0x20;
const quote = 0x22;
const colon = 0x3a;
const backslash = 0x5c;
const tilde = 0x7e;

/** Makes an id as oslo.messaging writes them: a version 4 UUID in 32 hex digits. */
export function newId(): string {
  return randomUUID().replaceAll('-', '');
}

/** Takes a `_unique_id` for what it is: text of 1 to 128 characters, else nothing. */
export function uniqueIdOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > maxIdLength) return undefined;
  return value;
}

/**
 * Finds a message's `_unique_id` in the body without parsing it.
 *
 * Searches for keys of that name, in an envelope (`\"_unique_id\": \"…\"`) or bare. Where there are
 * two, one may stand inside an argument or the context, and nothing is found: only the parsed message
 * can tell. Nor is an id with escapes or beyond ASCII. Linear.
 */
export function uniqueIdIn(body: Uint8Array): string | undefined {
  const bytes = asBuffer(body);
  let found: string | undefined;
  let candidates = 0;
  for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + key.length)) {
    candidates += 1;
    if (candidates > maxCandidates) return undefined;
    const id = idAfterKey(bytes, at);
    if (id === undefined) continue;
    if (found !== undefined) return undefined;
    found = id;
  }
  return found;
}

/** Whether a body may have an id that {@link uniqueIdIn} could not tell: it mentions the key. */
export function mentionsUniqueId(body: Uint8Array): boolean {
  return asBuffer(body).includes(key);
}

function asBuffer(body: Uint8Array): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

/** Reads the id whose key begins at `at`, or nothing when that is no key with a text as its value. */
function idAfterKey(bytes: Buffer, at: number): string | undefined {
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

function isIdByte(byte: number | undefined): boolean {
  return (
    byte !== undefined && byte >= space && byte <= tilde && byte !== quote && byte !== backslash
  );
}
