/**
 * What msgpackr would not carry, or not unchanged, made of something that it does.
 *
 * A tag stands in for the value while it is encoded; on the wire it is an extension before the content.
 */
class Tag<Content> {
  readonly content: Content;

  constructor(content: Content) {
    this.content = content;
  }
}

/** A `Map`: its keys and values in turn. msgpackr's own form for it is that of an object. */
export class MapTag extends Tag<readonly unknown[]> {}

/** A `Set`: its members. */
export class SetTag extends Tag<readonly unknown[]> {}

/** A text that UTF-8 has no form for, or that msgpackr's decoder would change, in UTF-16. */
export class TextTag extends Tag<Uint8Array> {}

/** Minus zero, which msgpackr writes as zero. */
export class NegativeZeroTag extends Tag<0> {}
