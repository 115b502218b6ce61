import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../fixtures/', import.meta.url);

/** One message as oslo.messaging sent it. */
export interface Capture {
  readonly file: string;
  readonly body: Buffer;
  readonly properties: { readonly content_type: string };
  /** The message as its makers read it; the failure, if any, is decoded as well. */
  readonly message: Record<string, unknown>;
  readonly failure: Record<string, unknown> | undefined;
}

/** Their bodies are compressed, and decoding that is not the work of the modules tested here. */
export const compressedCaptures: readonly string[] = [
  'request-call-compressed-gzip.v14.json',
  'request-call-compressed-gzip.v2026.json',
];

/** Every captured message whose file name starts with one of the prefixes, but the compressed ones. */
export function captures(...prefixes: readonly string[]): Capture[] {
  return readdirSync(folder)
    .filter((file) => prefixes.some((prefix) => file.startsWith(prefix)))
    .filter((file) => !compressedCaptures.includes(file))
    .map((file) => {
      const { body, properties, decoded } = fixture(file);
      const { message, failure } = decoded;
      return { file, body: Buffer.from(body), properties, message, failure };
    });
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
