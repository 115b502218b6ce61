import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { MalformedMessage } from '../../src/errors.ts';
import { compressed, compressionIn, compressions } from '../../src/wire/compression.ts';
import { openEnvelope } from '../../src/wire/envelope.ts';
import { decodeRequest } from '../../src/wire/request.ts';
import { sealEnvelope } from './sealed-envelope.ts';

const message = { method: 'echo', args: { value: 'Grüße' } };
const plain = sealEnvelope(JSON.stringify(message));
const open = (body: Uint8Array, compression?: string) => openEnvelope(body, { compression });

const base64 = (text: string) => Buffer.from(text, 'base64');

/** What kombu's encoders, Python's `bz2.compress` and `lzma.compress`, make of `plain`. */
const fromPython = {
  bzip2: base64(
    'QlpoOTFBWSZTWWU20X4AACufrFAFUBAAgAAELuefCgAAgAQIACAAVDUnohp6npNPRAPUwhNqaT1DIBobUEhBWjtQ' +
      'GYsiOl5Y1KYM0bTqmUJksXYNu/iysVX7ZHQWKMPg0BluynIxiDjr4XBELC2lxdyRThQkGU20X4A=',
  ),
  bzip2InTwoStreams: base64(
    'QlpoOTFBWSZTWWgQfAwAABOZgFAFUBAip5kIIAAxTJiZBkYNI0ZNDQyIdLm7VlW6MmUPMdsSLAhg6SgNefF3JFOF' +
      'CQaBB8DAQlpoOTFBWSZTWcBXzvYAAASfrBAEABAAgAAELsafCgAAgAQIACAAVFBo0aDIDQamUyPQmjTPSJGABCLA' +
      'eUpdmQiRZWLxyfnxIhcnt+RdHTY3b4u5IpwoSGAr53sA',
  ),
  /** 64 MiB of zeros. */
  bzip2Bomb: base64(
    'QlpoOTFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZvAS1wwCidcAAwAAACCAAIKQINjKKiE0q' +
      'KiE4u5IpwoSFALuD6A==',
  ),
  xz: base64(
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4ABgAFVdAD2Iiedz3fHjY/1I+k1gnq8FtOAPzvcLZ+f3vVUIbm2IOz0B' +
      '52HQ7zECJKTV8G35IPoE7BBEGzt49YhkCHilgG4ngxcnPzDI+qgpB7O7nkO2zpeE/gAAAAAAwhH8PLNTk7AAAXFh' +
      'UqwXLB+2830BAAAAAARZWg==',
  ),
};

/** What `open` throws. */
function refusal(body: Uint8Array, compression?: string): string {
  try {
    open(body, compression);
  } catch (error) {
    if (error instanceof MalformedMessage) return error.message;
    throw error;
  }
  return 'none';
}

describe('a compressed body', () => {
  test.each(['application/x-gzip', 'gzip', 'zlib'])('is a zlib stream under %s', (name) => {
    expect(open(deflateSync(plain), name)).toEqual(message);
  });

  test.each(['application/x-brotli', 'brotli'])('is brotli under %s', (name) => {
    expect(open(brotliCompressSync(plain), name)).toEqual(message);
  });

  test.each(['application/x-bz2', 'bzip2', 'bzip'])('is bzip2 under %s', (name) => {
    expect(open(fromPython.bzip2, name)).toEqual(message);
  });

  test('is bzip2 of several streams, too', () => {
    expect(open(fromPython.bzip2InTwoStreams, 'bzip2')).toEqual(message);
  });

  test.each(compressions)('is what we make of it as %s', (name) => {
    const { body, compression } = compressed(plain, name);
    expect(body).not.toEqual(plain);
    expect(open(body, compression)).toEqual(message);
  });

  test('that a real gzip wrote under the name of gzip is refused', () => {
    expect(refusal(gzipSync(plain), 'application/x-gzip')).toBe(
      "body is not UTF-8, and its compression is not 'application/x-gzip', as its header says",
    );
  });

  test('without the header is refused', () => {
    expect(refusal(deflateSync(plain))).toBe('body is not UTF-8');
  });

  test.each(['application/x-lzma', 'lzma', 'xz'])(
    'that cannot be read here, %s, is refused with a word on why',
    (name) => {
      expect(refusal(fromPython.xz, name)).toBe(
        `body is not UTF-8, and there is no decoder for its compression, '${name}'`,
      );
    },
  );

  test.each([
    ['zlib', deflateSync(plain)],
    ['bzip2', fromPython.bzip2],
  ])('that was cut is refused: %s', (name, body) => {
    expect(refusal(body.subarray(0, -4), name)).toBe(
      `body is not UTF-8, and its compression is not '${name}', as its header says`,
    );
  });

  test.each([
    ['zlib', deflateSync(Buffer.alloc(1 << 20)), 'zlib'],
    ['brotli', brotliCompressSync(Buffer.alloc(1 << 20)), 'brotli'],
    ['bzip2', fromPython.bzip2Bomb, 'bzip2'],
  ])('[maxBodyBytes] that is a bomb of %s is refused', (_, body, compression) => {
    const limits = { maxBodyBytes: 65_536, maxDepth: 500 };
    expect(() => openEnvelope(body, { compression, limits })).toThrow(
      'body is larger than 65536 bytes when decompressed',
    );
  });

  test('has no effect on its limit on depth', () => {
    const body = compressed(Buffer.from(`${'['.repeat(600)}`), 'zlib');
    expect(refusal(body.body, body.compression)).toMatch(/deeper than 500 levels/);
  });
});

describe('a plain body', () => {
  test.each(['application/x-gzip', 'zlib', 'brotli', 'application/x-bz2', 'no such thing', ''])(
    'is taken under the header %j',
    (name) => {
      expect(open(plain, name)).toEqual(message);
      expect(decodeRequest(Buffer.from(''), { compression: name })).toMatchObject({ args: {} });
    },
  );

  test('that is no message is refused for what it is, whatever its header says', () => {
    expect(refusal(Buffer.from('{nope'), 'gzip')).toMatch(/^body: text is not JSON, and its/);
  });
});

describe('[limits]', () => {
  test('maxBodyBytes refuses a larger body', () => {
    const limits = { maxBodyBytes: plain.length - 1, maxDepth: 500 };
    expect(() => openEnvelope(plain, { limits })).toThrow(
      `body of ${plain.length} bytes is larger than the ${plain.length - 1} that are taken`,
    );
    const enough = { ...limits, maxBodyBytes: plain.length };
    expect(openEnvelope(plain, { limits: enough })).toEqual(message);
  });

  test('maxDepth holds for the envelope and for the message in it', () => {
    const limits = { maxBodyBytes: 1000, maxDepth: 2 };
    expect(openEnvelope(plain, { limits })).toEqual(message);
    const deeper = JSON.stringify({ ...message, args: { value: [] } });
    for (const body of [Buffer.from(deeper), sealEnvelope(deeper)]) {
      expect(() => openEnvelope(body, { limits })).toThrow('nested deeper than 2 levels');
    }
  });
});

test('the header counts when it is text, and was sent', () => {
  expect(compressionIn({ compression: 'zlib' })).toBe('zlib');
  expect(compressionIn({ compression: 5 })).toBeUndefined();
  expect(compressionIn({})).toBeUndefined();
  expect(compressionIn(Object.create({ compression: 'zlib' }))).toBeUndefined();
});
