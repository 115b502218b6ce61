import { readFile } from 'node:fs/promises';

const example = new URL('../../examples/thumbnails/', import.meta.url);
const file = 'images/ribbons.png';
const width = 240;
const callTimeoutMs = 60_000;

/**
 * The CPU-heavy call: a thumbnail of one image, made by the endpoint of the thumbnails example.
 *
 * PNG, because its thumbnail is the same bytes every time, which is how every reply is checked.
 */
export class ThumbnailWork {
  /** Where the runtime loads the endpoint from. */
  endpoints = new URL('endpoints/thumbnails.ts', example);
  /** What clients ask for, beside the topic. */
  target = { namespace: 'images', version: '1.2' };
  #image;
  #size;
  #expected;

  /** @param {Buffer} image */
  constructor(image) {
    this.#image = image.toString('base64');
    this.#size = pngSize(image);
  }

  /** Reads the image. */
  static async load() {
    return new ThumbnailWork(await readFile(new URL(file, example)));
  }

  /** What is called, for people. */
  get description() {
    const { width: fullWidth, height } = this.#size;
    return `resize ${file}, ${fullWidth} x ${height}, to a width of ${width}`;
  }

  /**
   * Makes one call.
   *
   * @throws Error when the call fails, or the reply is not the thumbnail that it should be.
   */
  async call(client, { signal }) {
    const options = { signal, timeoutMs: callTimeoutMs };
    this.#check(await client.call({}, 'resize', { image: this.#image, width }, options));
  }

  #check(reply) {
    const height = Math.round((width * this.#size.height) / this.#size.width);
    const thumbnail = pngSize(Buffer.from(reply.image, 'base64'));
    this.#expected ??= reply.image;
    const isRight =
      reply.format === 'png' &&
      [reply, thumbnail].every((size) => size.width === width && size.height === height) &&
      reply.image === this.#expected;
    if (isRight) return;
    const { image, ...rest } = reply;
    throw new Error(`a reply is wrong: ${JSON.stringify(rest)}, ${image.length} characters`);
  }
}

/** Every PNG file begins with its signature and the header that has its size. */
function pngSize(bytes) {
  if (bytes.toString('latin1', 1, 4) !== 'PNG') throw new Error('no PNG file');
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}
