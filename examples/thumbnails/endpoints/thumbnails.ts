import { createJimp } from '@jimp/core';
import jpeg from '@jimp/js-jpeg';
import png from '@jimp/js-png';
import { methods as resizing } from '@jimp/plugin-resize';
import type { Context } from 'greenroom';
import { type ImageHeader, readImageHeader } from './image-header.ts';

const Jimp = createJimp({ formats: [png, jpeg], plugins: [resizing] });

/** A decoded pixel takes four bytes: an image this large takes 160 MB, whatever its file's size. */
const maxPixels = 40_000_000;
const maxWidth = 4_096;

/** A thumbnail, in the format of the image that it was made from. */
export interface Thumbnail extends ImageHeader {
  /** The file, in base64. */
  readonly image: string;
}

/**
 * Makes thumbnails of PNG and JPEG files, all in JavaScript.
 *
 * Decoding, resizing and encoding never wait for anything: an image of some size keeps a thread busy
 * for a good part of a second. That is what the `pool` executor is for.
 */
export class Thumbnails {
  static target = { namespace: 'images', version: '1.2' };

  /**
   * Resizes an image, keeping its aspect ratio.
   *
   * @throws RangeError when `width` is no whole number from 1 to 4096, or the image is too large;
   * TypeError when `image` is no PNG or JPEG file. A Python caller gets ValueError and TypeError.
   */
  async resize(
    ctx: Context,
    { image, width }: { image: string; width: number },
  ): Promise<Thumbnail> {
    if (!Number.isInteger(width) || width < 1 || width > maxWidth) {
      throw new RangeError(`width must be a whole number from 1 to ${maxWidth}, not ${width}`);
    }
    const file = bytesOf(image);
    const header = readImageHeader(file);
    if (header.width * header.height > maxPixels) {
      throw new RangeError(
        `an image of ${header.width} x ${header.height} is more than ${maxPixels} pixels`,
      );
    }
    const picture = await decode(file, header);
    // The caller may have given up while the image was decoded; the rest would be for nobody.
    ctx.throwIfAborted();
    picture.resize({
      w: width,
      h: Math.max(1, Math.round((width * picture.height) / picture.width)),
    });
    const thumbnail =
      header.format === 'png'
        ? await picture.getBuffer('image/png', { deflateStrategy: 0 })
        : await picture.getBuffer('image/jpeg', { quality: 85 });
    return {
      image: thumbnail.toString('base64'),
      width: picture.width,
      height: picture.height,
      format: header.format,
    };
  }

  /** Tells format and size from an image's header: as cheap as `resize` is dear. */
  describe(_ctx: Context, { image }: { image: string }): ImageHeader {
    return readImageHeader(bytesOf(image));
  }
}

/** Takes what came over the wire for what it is: anything. */
function bytesOf(image: unknown): Buffer {
  if (typeof image !== 'string') throw new TypeError('image must be a file in base64');
  return Buffer.from(image, 'base64');
}

async function decode(file: Buffer, { format, width, height }: ImageHeader) {
  try {
    return await Jimp.fromBuffer(file);
  } catch (cause) {
    const what = `the ${format} file of ${width} x ${height} can not be decoded`;
    throw new TypeError(`${what}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
