import { readdirSync, readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

const folder = new URL('../fixtures/', import.meta.url);

/** One message as oslo.messaging sent it. */
export interface Capture {
  readonly file: string;
  readonly body: Buffer;
  /** The header of that name; absent when the body is not compressed. */
  readonly compression: string | undefined;
  /** By AMQP's names; those that were not sent are not there. */
  readonly properties: Readonly<Record<string, unknown>> & { readonly content_type: string };
  readonly headers: Readonly<Record<string, unknown>>;
  /** Absent for the oldest, of which it is not known. */
  readonly mandatory: boolean | undefined;
  /** The message as its makers read it; the failure, if any, is decoded as well. */
  readonly message: Record<string, unknown>;
  readonly failure: Record<string, unknown> | undefined;
}

/** Every captured message whose file name starts with one of the prefixes. */
export function captures(...prefixes: readonly string[]): Capture[] {
  return readdirSync(folder)
    .filter((file) => prefixes.some((prefix) => file.startsWith(prefix)))
    .map((file) => {
      const { body, bodyBase64, properties, headers, mandatory, decoded } = fixture(file);
      const sent = { file, properties, headers, mandatory };
      if (bodyBase64 !== undefined) return compressedCapture(sent, bodyBase64);
      // A notification of format 1.0 has no envelope: the outer object is the message.
      const { message = decoded.outer, failure } = decoded;
      return { ...sent, body: Buffer.from(body), compression: undefined, message, failure };
    });
}

/** These were captured without being decoded; what kombu calls gzip is a zlib stream. */
function compressedCapture(
  sent: Pick<Capture, 'file' | 'properties' | 'headers' | 'mandatory'>,
  bodyBase64: string,
): Capture {
  const body = Buffer.from(bodyBase64, 'base64');
  const envelope = JSON.parse(inflateSync(body).toString());
  const message = JSON.parse(envelope['oslo.message']);
  const compression = String(sent.headers['compression']);
  return { ...sent, body, compression, message, failure: undefined };
}

/** What a live oslo.messaging made of hand-made messages, by the name of the case. */
export function injections(file: string): Record<string, Injection> {
  return fixture(file).results;
}

/** The fields of one case of an injection file that tests compare with. */
export interface Injection {
  readonly calls: readonly unknown[];
  readonly acks: readonly unknown[];
  readonly replies: readonly { result: unknown; failure: Record<string, unknown> | null }[];
  readonly outcome: readonly string[];
}

// biome-ignore lint/suspicious/noExplicitAny: the one untyped border, to files that we own.
function fixture(file: string): any {
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
}
