import { InvalidOptionError } from '../errors.ts';
import { suggestion } from '../nearest-name.ts';

/** How a message can be written. */
export const bodyFormats = ['json', 'msgpack'] as const;

/**
 * One of {@link bodyFormats}: `json` is oslo.messaging's, and the only one that a Python peer reads;
 * `msgpack` is understood between Greenroom peers and carries more kinds of values.
 */
export type BodyFormat = (typeof bodyFormats)[number];

/** The media type of each format, exactly as it stands in a message's `content_type`. */
export const contentTypes: Readonly<Record<BodyFormat, string>> = {
  json: 'application/json',
  msgpack: 'application/msgpack',
};

/**
 * The format of a body with this content type; nothing for any other, which is not read at all.
 *
 * Not even `application/json` with a charset is one. Source: oslo-wire.md 1.4.
 */
export function formatOf(contentType: string | undefined): BodyFormat | undefined {
  if (contentType === contentTypes.json) return 'json';
  return bodyFormats.find((format) => contentTypes[format] === contentType);
}

/**
 * Checks a format that came from an option.
 *
 * @throws {@link InvalidOptionError} that says which there are.
 */
export function validFormat(format: string | undefined): BodyFormat | undefined {
  if (format === undefined) return undefined;
  const known = bodyFormats.find((candidate) => candidate === format);
  if (known !== undefined) return known;
  throw new InvalidOptionError(`format: there is no '${format}'${suggestion(format, bodyFormats)}`);
}
