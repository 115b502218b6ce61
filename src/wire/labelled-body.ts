import { type BodyFormat, contentTypes } from './body-format.ts';
import { type CompressedBody, type Compression, compressed } from './compression.ts';

/** A body that is ready to be sent, with what is to be said of it. */
export class LabelledBody implements CompressedBody {
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly compression: string | undefined;

  constructor({ body, compression }: CompressedBody, contentType: string) {
    this.body = body;
    this.contentType = contentType;
    this.compression = compression;
  }
}

/** Compresses a body as {@link compressed} does, and says in which format it is. */
export function labelled(
  body: Uint8Array,
  format: BodyFormat,
  compression: Compression | undefined,
): LabelledBody {
  return new LabelledBody(compressed(body, compression), contentTypes[format]);
}
