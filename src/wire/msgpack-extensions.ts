/**
 * The extension types of MessagePack that stand in our messages; every other one is refused.
 *
 * `timestamp` is the specification's own, in its three forms. `bigInt` is msgpackr's: two's complement,
 * the most significant byte first. `undefined`, as msgpackr writes it, and the tags are a `fixext 1`
 * with a zero; a tag makes something of the value that follows it.
 */
export const extensionTypes = {
  undefined: 0x00,
  bigInt: 0x42,
  timestamp: 0xff,
  /** Of a list: keys and values in turn. */
  mapTag: 0x4d,
  /** Of a list. */
  setTag: 0x53,
  /** Of bytes: UTF-16, the less significant byte first. */
  textTag: 0x54,
  /** Of a zero. */
  negativeZeroTag: 0x5a,
} as const;

/**
 * The longest big integer in bytes. It holds all of 4,300 digits, where Python stops reading; msgpackr
 * writes eight bytes at a time.
 */
export const maxBigIntBytes = 1_792;
