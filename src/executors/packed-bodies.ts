import type { BodyPart } from './executor.ts';

/** A message that is packed: its body, and what was said of it. */
export interface Packable extends Omit<BodyPart, 'end'> {
  readonly body: Uint8Array;
}

/** Puts bodies one after the other, so that they cross to a host as one; of a single one nothing is copied. */
export function packBodies(messages: readonly Packable[]): {
  readonly body: Uint8Array;
  readonly parts: BodyPart[];
} {
  let end = 0;
  const parts = messages.map(({ body, contentType, compression }): BodyPart => {
    end += body.byteLength;
    return { end, contentType, compression };
  });
  const [only] = messages;
  if (only !== undefined && messages.length === 1) return { body: only.body, parts };
  const packed = new Uint8Array(new ArrayBuffer(end));
  messages.forEach(({ body }, index) => {
    packed.set(body, parts[index - 1]?.end ?? 0);
  });
  return { body: packed, parts };
}

/** Takes apart what {@link packBodies} has put together. */
export function unpackBodies(body: Uint8Array, parts: readonly BodyPart[]): Packable[] {
  return parts.map(({ end, contentType, compression }, index) => ({
    body: body.subarray(parts[index - 1]?.end ?? 0, end),
    contentType,
    compression,
  }));
}
