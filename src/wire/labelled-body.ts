import { type BodyFormat, contentTypes } from './body-format.ts';
import { type CompressedBody, type Compression, compressed } from './compression.ts';

/** A body that is ready to be sent, with what is to be said of it. */
export interface LabelledBody extends CompressedBody {
  readonly contentType: string;
}

/** Compresses a body as {@link compressed} does, and says in which format it is. */
export function labelled(
  body: Uint8Array,
  format: BodyFormat,
  compression: Compression | undefined,
): LabelledBody {
  const contentType = contentTypes[format];
  if (compression === undefined) return { body, contentType };
  return { ...compressed(body, compression), contentType };
}
