/** What a file says about itself before anything is decoded. */
export interface ImageHeader {
  readonly format: 'png' | 'jpeg';
  readonly width: number;
  readonly height: number;
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * Reads the header of a PNG or JPEG file.
 *
 * @throws TypeError when the bytes are neither.
 */
export function readImageHeader(file: Buffer): ImageHeader {
  const header = readPng(file) ?? readJpeg(file);
  if (header === undefined) throw new TypeError(`the ${file.length} bytes are no PNG or JPEG file`);
  return header;
}

function readPng(file: Buffer): ImageHeader | undefined {
  // The first chunk, IHDR, begins with width and height.
  if (file.length < 24 || !file.subarray(0, 8).equals(pngSignature)) return undefined;
  return { format: 'png', width: file.readUInt32BE(16), height: file.readUInt32BE(20) };
}

function readJpeg(file: Buffer): ImageHeader | undefined {
  if (file.length < 4 || file.readUInt16BE(0) !== 0xffd8) return undefined;
  let at = 2;
  while (at + 9 <= file.length && file[at] === 0xff) {
    if (isStartOfFrame(file.readUInt8(at + 1))) {
      return {
        format: 'jpeg',
        width: file.readUInt16BE(at + 7),
        height: file.readUInt16BE(at + 5),
      };
    }
    at += 2 + file.readUInt16BE(at + 2);
  }
  return undefined;
}

/** SOF0 to SOF15; the three others in that range are tables and extensions. */
function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}
