import fc from 'fast-check';

/** Any 16-bit units, so that byte order marks and lone surrogates come up too. */
const unit = fc.oneof(
  { arbitrary: fc.integer({ min: 0x20, max: 0x7e }), weight: 10 },
  { arbitrary: fc.integer({ min: 0, max: 0xffff }), weight: 3 },
  { arbitrary: fc.constantFrom(0xfeff, 0xd800, 0xdc00), weight: 1 },
);

const text = fc.oneof(
  fc.string({ unit: unit.map((code) => String.fromCharCode(code)), maxLength: 100 }),
  fc.constantFrom('\uFEFF'.repeat(100), `\uFEFF${'x'.repeat(100)}`, 'x'.repeat(70_000)),
);

const bigInt = fc.oneof(
  fc.bigInt({ min: -20n, max: 20n }),
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }),
  fc
    .tuple(fc.integer({ min: 1, max: 14_280 }), fc.bigInt({ min: -2n, max: 2n }), fc.boolean())
    .map(([bits, near, isNegative]) => (isNegative ? -1n : 1n) * (2n ** BigInt(bits) + near)),
);

/** Names of an object's properties; some that a careless decoder would trip over. */
const key = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 70 }).filter((name) => !name.startsWith('\uFEFF')),
  fc.constantFrom('constructor', 'toString', 'hasOwnProperty', 'toJSON', '__proto_', '0', ''),
);

const { value } = fc.letrec<{ value: unknown }>((tie) => {
  const values = fc.array(tie('value'), { maxLength: 20 });
  return {
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom<unknown>(null, undefined, true, false),
      fc.double(),
      fc.integer(),
      fc.maxSafeInteger(),
      bigInt,
      text,
      fc.date({ noInvalidDate: true }),
      fc.uint8Array({ maxLength: 300 }),
      values,
      values.map((members) => new Set(members)),
      fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 20 }).map((all) => new Map(all)),
      fc
        .array(fc.tuple(key, tie('value')), { maxLength: 20 })
        .filter((all) => all.every(([name]) => name !== '__proto__'))
        .map((all) => Object.fromEntries(all)),
    ),
  };
});

/** Values that MessagePack carries between Greenroom peers, of every kind and nested. */
export const packedValue: fc.Arbitrary<unknown> = value;
