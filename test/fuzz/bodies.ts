import { randomInt } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type Capture, captures } from '../wire/captures.ts';

/** Made anew for each run, unless one is to be repeated; it is in the name of each fuzz test. */
export const seed: number = Number(process.env['GREENROOM_FUZZ_SEED'] ?? randomInt(2 ** 31));

/** What a hostile publisher sends: bytes, and what it says of them. */
export interface HostileMessage {
  readonly body: Buffer;
  readonly contentType: string;
  readonly compression: string | undefined;
}

const captured = captures('request-', 'reply-', 'old-', 'notification-').filter(
  ({ compression }) => compression === undefined,
);

/** The body of `request-call.v14.json` as Python's `bz2.compress` packs it: Node can't. */
const bzip2 = Buffer.from(
  'QlpoOTFBWSZTWY2qip0AANGbgFAHf/AADr/n/2owARssglVNo01P0Eh5R6Ro0NAHoImqfkyU9qajaTTaTRiA0NAlNIiG' +
    'mTE9QGmgDRo0rgmEAkkmae0CK68XGZofnZ8tG5M6OyPVnkrp04Xwu5XPsNCoRzg/FMKYRmoMkqssmYoKKCmexkM9sSKU' +
    '7A3NKuDLvNznTWoFG3m8D0iGg3j7f9JEUADMPDg6FqYyrwpiou4hcN8q95OcLtMLEX573xvqpuoxq+hZ2t5WmNTEZPfW' +
    '13Wyk0lfIidAm3Hyt3dSBgx/PJ3CG5IS1KeyC702Cygu6XH0rC5y1NrDIQoRZEGjwoi7QglWoF9lWujUTtGbIFII6MCA' +
    '5mplOFp8kTJx4XfxdyRThQkI2qip0A==',
  'base64',
);

/** Samples of {@link hostileMessage}, the same ones for the same seed; others in each round. */
export function hostileMessages(count: number, round = 0): HostileMessage[] {
  return fc.sample(hostileMessage(), { seed: seed + round, numRuns: count });
}

function hostileMessage(): fc.Arbitrary<HostileMessage> {
  return fc.oneof(
    { arbitrary: packedByNode(), weight: 30 },
    { arbitrary: mutatedBzip2(), weight: 1 },
  );
}

/** Packed first, then changed. */
function mutatedBzip2(): fc.Arbitrary<HostileMessage> {
  return byteChanges().map((changes) => ({
    body: changes.reduce(changedBytes, bzip2),
    contentType: 'application/json',
    compression: 'application/x-bz2',
  }));
}

/** Changed first, then packed in a way that Node has, or not at all. */
function packedByNode(): fc.Arbitrary<HostileMessage> {
  const body = fc.oneof(
    { arbitrary: mutatedBytes(), weight: 5 },
    { arbitrary: mutatedKeys(), weight: 5 },
    { arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)), weight: 1 },
    { arbitrary: fc.json().map((text) => Buffer.from(text)), weight: 1 },
  );
  return fc.tuple(body, packing(), mostly('application/json', contentTypes)).map(
    ([plain, { pack, compression }, contentType]): HostileMessage => ({
      body: pack(plain),
      contentType,
      compression,
    }),
  );
}

const contentTypes = ['application/json; charset=utf-8', 'text/plain', '', 'x'.repeat(255)];

function mostly(usual: string, others: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { arbitrary: fc.constant(usual), weight: 20 },
    { arbitrary: fc.constantFrom(...others), weight: 1 },
  );
}

interface Packing {
  readonly pack: (body: Buffer) => Buffer;
  readonly compression: string | undefined;
}

const asItIs = (body: Buffer): Buffer => body;

/** Mostly none; else one that fits its header, or one that does not. */
function packing(): fc.Arbitrary<Packing> {
  const names = ['application/x-gzip', 'zlib', 'brotli', 'application/x-bz2', 'constructor', 'ÿ'];
  return fc.oneof(
    { arbitrary: fc.constant({ pack: asItIs, compression: undefined }), weight: 12 },
    {
      arbitrary: fc.record({
        pack: fc.constantFrom(asItIs, deflateSync, brotliCompressSync, gzipSync),
        compression: fc.option(fc.constantFrom(...names), { nil: undefined }),
      }),
      weight: 4,
    },
  );
}

/** A captured message under an id of its own, so that it is not dropped for one that ran before. */
function freshCapture(): fc.Arbitrary<Capture> {
  const id = fc.stringMatching(/^[0-9a-f]{32}$/);
  return fc.tuple(fc.constantFrom(...captured), id).map(([capture, uniqueId]) => {
    const known = String(capture.message['_unique_id']);
    const text = capture.body.toString('latin1').replaceAll(known, uniqueId);
    const message = { ...capture.message, _unique_id: uniqueId };
    return { ...capture, body: Buffer.from(text, 'latin1'), message };
  });
}

/** Captured messages with changes of {@link byteChanges}. */
function mutatedBytes(): fc.Arbitrary<Buffer> {
  return fc
    .tuple(freshCapture(), byteChanges())
    .map(([{ body }, changes]) => changes.reduce(changedBytes, body));
}

/** Bits flipped, bytes cut out, put in or repeated, and parts of another message put in between. */
function byteChanges(): fc.Arbitrary<ByteChange[]> {
  const change = fc.record({
    kind: fc.constantFrom('flip', 'cut', 'put', 'repeat', 'splice', 'end'),
    at: fc.nat(),
    length: fc.nat(40),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }),
    other: fc.constantFrom(...captured),
  });
  return fc.array(change, { maxLength: 2 });
}

interface ByteChange {
  readonly kind: string;
  readonly at: number;
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly other: Capture;
}

function changedBytes(body: Buffer, change: ByteChange): Buffer {
  const at = change.at % (body.length + 1);
  const before = body.subarray(0, at);
  const after = body.subarray(at);
  const { length, bytes, other } = change;
  switch (change.kind) {
    case 'flip': {
      const flipped = Buffer.from(body);
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << (length % 8));
      return flipped;
    }
    case 'cut':
      return Buffer.concat([before, after.subarray(length)]);
    case 'put':
      return Buffer.concat([before, bytes, after]);
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, length), after]);
    case 'splice':
      return Buffer.concat([before, other.body.subarray(length * 5, length * 10), after]);
    default:
      return before;
  }
}

const keys = [
  'method',
  'args',
  'namespace',
  'version',
  '_msg_id',
  '_reply_q',
  '_timeout',
  '_unique_id',
  '_context_user',
  '_context___proto__',
  '_context_',
  'result',
  'failure',
  'ending',
  '__proto__',
  'constructor',
  'toString',
];

/** Written as they stand: some are no JSON of ECMAScript's, and some no JSON at all. */
const values = [
  'null',
  'true',
  '0',
  '-1',
  '2',
  '1e999',
  '12345678901234567890',
  'NaN',
  '-Infinity',
  '""',
  '"1"',
  '"9.9"',
  '"echo"',
  '"__proto__"',
  '"oslo_rpc_server_ping"',
  '"reply_\\u0000\\n"',
  '"payments"',
  `"reply_${'x'.repeat(300)}"`,
  `"${'☃'.repeat(1000)}"`,
  '"\\ud800"',
  '{}',
  '[]',
  '{"toString": 1, "valueOf": null}',
  '{"__proto__": {"polluted": true}}',
  '{"__type__": "datetime", "__value__": 1}',
  `${'['.repeat(400)}${']'.repeat(400)}`,
  `${'{"a":'.repeat(600)}1${'}'.repeat(600)}`,
  `${'9'.repeat(5000)}`,
  '"{\\"class\\": \\"ValueError\\", \\"module\\": 5, \\"tb\\": {}, \\"kwargs\\": []}"',
  '{"_unique_id": "another"}',
  'undefined',
];

const versions = ['"2.0"', '"2.0"', '"2.0"', '"2.0.0"', '"2.1"', '"3.0"', '2.0', 'null', '[]'];

/** Keys of a message given other values, swapped, taken away and repeated; bare or in an envelope. */
function mutatedKeys(): fc.Arbitrary<Buffer> {
  const change = fc.record({
    kind: fc.constantFrom('set', 'set', 'set', 'swap', 'delete', 'repeat'),
    key: fc.constantFrom(...keys),
    other: fc.constantFrom(...keys),
    value: fc.oneof(fc.constantFrom(...values), fc.json()),
  });
  const seal = fc.record({
    version: fc.option(fc.constantFrom(...versions), { nil: undefined, freq: 4 }),
    isText: fc.boolean(),
  });
  return fc
    .tuple(freshCapture(), fc.array(change, { minLength: 1, maxLength: 5 }), seal)
    .map(([{ message }, changes, { version, isText }]) => {
      const entries = Object.entries(message).map(([key, value]): [string, string] => [
        key,
        JSON.stringify(value),
      ]);
      const text = written(changes.reduce(changedEntries, entries));
      if (version === undefined) return Buffer.from(text);
      const inner = isText || version === '"2.0"' ? JSON.stringify(text) : text;
      return Buffer.from(`{"oslo.version": ${version}, "oslo.message": ${inner}}`);
    });
}

type Entries = readonly (readonly [string, string])[];

function changedEntries(
  entries: Entries,
  change: {
    readonly kind: string;
    readonly key: string;
    readonly other: string;
    readonly value: string;
  },
): Entries {
  const { kind, key, other, value } = change;
  switch (kind) {
    case 'delete':
      return entries.filter(([name]) => name !== key);
    case 'swap':
      return entries.map(([name, text]) => [
        name === key ? other : name === other ? key : name,
        text,
      ]);
    case 'repeat':
      return [...entries, [key, value]];
    default:
      return [...entries.filter(([name]) => name !== key), [key, value]];
  }
}

function written(entries: Entries): string {
  return `{${entries.map(([key, text]) => `${JSON.stringify(key)}: ${text}`).join(', ')}}`;
}
