import { isAscii } from 'node:buffer';
import { asBuffer } from '../as-buffer.ts';
import { MalformedMessage } from '../errors.ts';
import type { BodyFormat } from './body-format.ts';
import { decompressed } from './decompression.ts';
import { escapedJson, unescapedJson } from './escaped-json.ts';
import { defaultMessageLimits, type MessageLimits } from './message-limits.ts';
import { packMessage, unpackMessage } from './msgpack-message.ts';
import { parseJson, stringifyJson } from './python-json.ts';
import { isRecord } from './record.ts';

const versionKey = 'oslo.version';
const messageKey = 'oslo.message';

const byteOrderMark = '\uFEFF';
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** How every known peer begins an envelope. */
const usualHead = `{"${versionKey}": "2.0", "${messageKey}": `;

/**
 * Writes a message as a body: in JSON's envelope, or with a version of its own in MessagePack.
 *
 * @throws TypeError when something in it has no form on the wire.
 */
export function sealMessage(message: Record<string, unknown>, format: BodyFormat): Buffer {
  return codecs[format].seal(message);
}

/** How a body is to be read. */
export interface BodyOptions {
  /** What its content type says. @default 'json' */
  readonly format?: BodyFormat;
  /** What its `compression` header says; absent when it has none. */
  readonly compression?: string | undefined;
  /** @default defaultMessageLimits */
  readonly limits?: MessageLimits;
}

/**
 * Takes a message out of its envelope, decompressed if it has to be.
 *
 * In JSON an object without the envelope's two keys is the message itself ("format 1.0"), an empty
 * body is the message `{}`, and further keys beside the two are ignored. A list of pairs, which
 * Python's `dict()` happens to take, is refused. Source: oslo-wire.md 5. In MessagePack the message
 * needs the version that {@link packMessage} gives it.
 *
 * @throws {@link MalformedMessage} that says what is wrong with the body.
 */
export function openEnvelope(
  body: Uint8Array,
  { format = 'json', compression, limits = defaultMessageLimits }: BodyOptions = {},
): Record<string, unknown> {
  const { maxBodyBytes, maxDepth } = limits;
  if (body.length > maxBodyBytes) throw oversized(body, maxBodyBytes);
  const plain = decompressed(body, compression, maxBodyBytes);
  try {
    return codecs[format].open(plain.body, maxDepth);
  } catch (cause) {
    if (plain.remark === undefined || !(cause instanceof MalformedMessage)) throw cause;
    throw new MalformedMessage(`${cause.message}, and ${plain.remark}`, { cause });
  }
}

interface Codec {
  readonly seal: (message: Record<string, unknown>) => Buffer;
  readonly open: (body: Uint8Array, maxDepth: number) => Record<string, unknown>;
}

const codecs: Readonly<Record<BodyFormat, Codec>> = {
  json: { seal: sealJsonMessage, open: openJsonEnvelope },
  msgpack: { seal: packMessage, open: unpackMessage },
};

/**
 * Puts a message into the envelope, `{"oslo.version": "2.0", "oslo.message": "<text>"}` (oslo-wire.md 5),
 * each field straight into the envelope's string: to write the message first, and then all of it
 * as a string, takes nearly twice as long.
 */
function sealJsonMessage(message: Record<string, unknown>): Buffer {
  let fields = '';
  for (const name of Object.keys(message)) {
    const key = usualKeys.get(name) ?? sealedKey(name);
    fields += (fields === '' ? key : `, ${key}`) + sealedValue(message[name]);
  }
  return encodeText(`${usualHead}"{${fields}}"}`);
}

function sealedKey(name: string): string {
  return `${sealedValue(name)}: `;
}

/** Those of the wire, as they stand in the envelope: to put each together every time costs as much as its value. */
const usualKeys: ReadonlyMap<string, string> = new Map(
  [
    ...['method', 'args', 'namespace', 'version'],
    ...['_msg_id', '_reply_q', '_timeout', '_unique_id'],
    ...['result', 'failure', 'ending'],
  ].map((name) => [name, `\\"${name}\\": `]),
);

/** Text that stands in JSON as it is, also in that of a string of JSON. */
const needsNoEscape = /^[\w.:/-]*$/;

function sealedValue(value: unknown): string {
  if (typeof value === 'string' && needsNoEscape.test(value)) return `\\"${value}\\"`;
  if (value === null || typeof value === 'boolean') return String(value);
  return escapedJson(stringifyJson(value));
}

/** The error for a body that is not even looked into. */
export function oversized(body: Uint8Array, maxBodyBytes: number): MalformedMessage {
  return new MalformedMessage(
    `body of ${body.length} bytes is larger than the ${maxBodyBytes} that are taken`,
  );
}

function openJsonEnvelope(body: Uint8Array, maxDepth: number): Record<string, unknown> {
  if (body.length === 0) return {};
  const text = decodeText(body);
  const usual = messageInUsualEnvelope(text);
  if (usual !== undefined) return parseObject(usual, 'message in envelope', maxDepth);
  const outer = parseObject(text, 'body', maxDepth);
  if (!Object.hasOwn(outer, versionKey) || !Object.hasOwn(outer, messageKey)) return outer;
  const version = outer[versionKey];
  // oslo: the same major version, and a minor and a revision no higher than its own 2.0.
  if (version !== '2.0' && version !== '2.0.0') {
    throw new MalformedMessage('envelope version is not 2.0');
  }
  const message = outer[messageKey];
  if (typeof message !== 'string') throw new MalformedMessage('message in envelope is no string');
  return parseObject(message, 'message in envelope', maxDepth);
}

/** Reads an envelope as they all are written: one string to parse, instead of an object to check. */
function messageInUsualEnvelope(text: string): string | undefined {
  if (!text.startsWith(usualHead) || !text.endsWith('"}')) return undefined;
  const unescaped =
    text[usualHead.length] === '"'
      ? unescapedJson(text.slice(usualHead.length + 1, -'"}'.length))
      : undefined;
  if (unescaped !== undefined) return unescaped;
  try {
    const message: unknown = JSON.parse(text.slice(usualHead.length, -1));
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined; // More than the two keys, or garbage: to be looked at closely.
  }
}

/** From this length on it pays to look whether a text is ASCII, and to copy it if it is. */
const longFrom = 4_096;

function encodeText(text: string): Buffer {
  const isLongAscii = text.length >= longFrom && Buffer.byteLength(text) === text.length;
  return Buffer.from(text, isLongAscii ? 'latin1' : 'utf8');
}

function decodeText(body: Uint8Array): string {
  if (body.length >= longFrom && isAscii(body)) {
    return asBuffer(body).toString('latin1');
  }
  let text: string;
  try {
    text = utf8.decode(body);
  } catch (cause) {
    throw new MalformedMessage('body is not UTF-8', { cause });
  }
  if (text.startsWith(byteOrderMark)) {
    throw new MalformedMessage('body starts with a byte order mark');
  }
  return text;
}

function parseObject(text: string, what: string, maxDepth: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseJson(text, maxDepth);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MalformedMessage(`${what}: ${reason}`, { cause });
  }
  if (!isRecord(value)) throw new MalformedMessage(`${what} is no JSON object`);
  return value;
}
