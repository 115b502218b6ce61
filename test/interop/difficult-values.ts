import { inspect } from 'node:util';

/** A value as it is here, and Python's `repr()` of what it gets for it. */
export type DifficultValue = readonly [value: unknown, repr: string];

/** By a name for the tests. */
export type DifficultValues = Readonly<Record<string, DifficultValue>>;

/** Lists in lists, the innermost one empty. */
const nested = (levels: number): unknown[] => (levels === 1 ? [] : [nested(levels - 1)]);

const both: DifficultValues = {
  NaN: [Number.NaN, 'nan'],
  infinity: [Number.POSITIVE_INFINITY, 'inf'],
  'minus infinity': [Number.NEGATIVE_INFINITY, '-inf'],
  'the largest safe integer': [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  'an integer beyond 2^53': [2n ** 53n + 1n, '9007199254740993'],
  'a negative integer beyond 2^64': [-(2n ** 64n) - 1n, '-18446744073709551617'],
  'a hundred digits': [10n ** 100n - 1n, '9'.repeat(100)],
  'a large whole float': [1e22, '1e+22'],
  'minus zero': [-0, '-0.0'],
  'the smallest float': [5e-324, '5e-324'],
  'a fraction': [0.1, '0.1'],
  'text beyond the BMP': ['\u{1d4b3}\u{1f600} \u2603', "'\u{1d4b3}\u{1f600} \u2603'"],
  'a lone surrogate': ['\ud800', "'\\ud800'"],
  'a NUL': ['a\0b', "'a\\x00b'"],
  'an empty text': ['', "''"],
  'an empty list': [[], '[]'],
  'an empty object': [{}, '{}'],
  'many empty things': [[[], {}, '', [{}], { '': [] }], "[[], {}, '', [{}], {'': []}]"],
  'a hundred levels': [nested(100), `${'['.repeat(100)}${']'.repeat(100)}`],
};

/** What Greenroom sends. */
export const values: DifficultValues = {
  ...both,
  // One type of number: what has no fraction is an int to Python, up to where JavaScript writes 1e+21.
  'a whole number': [3, '3'],
  'a large whole number': [1e20, '100000000000000000000'],
  'a small bigint': [7n, '7'],
  'a date': [new Date(Date.UTC(2024, 1, 29, 1, 2, 3, 4)), "'2024-02-29T01:02:03.004000'"],
  nothing: [undefined, 'None'],
  'a map and a set': [new Map([['a', new Set([1])]]), "{'a': [1]}"],
  'keys that are numbers': [{ z: 'c', 10: 'b', 2: 'a' }, "{'2': 'a', '10': 'b', 'z': 'c'}"],
};

/**
 * What Python sends, in `peers/peer_values.py` under the same names: as it is read here, and what
 * Python gets when it is sent back.
 */
export const pythonValues: DifficultValues = {
  ...both,
  'a whole float': [3, '3'],
  'a date and time': ['2024-02-29T01:02:03.000004', "'2024-02-29T01:02:03.000004'"],
  'a date and time with a zone': ['2024-02-29T01:02:03.000000', "'2024-02-29T01:02:03.000000'"],
  'a UUID': ['00000000-0000-0000-0000-000000000005', "'00000000-0000-0000-0000-000000000005'"],
  'a tuple': [[1, 'a', null], "[1, 'a', None]"],
  'a set': [[1], '[1]'],
  'keys that are numbers': [{ z: 'c', 10: 'b', 2: 'a' }, "{'2': 'a', '10': 'b', 'z': 'c'}"],
};

/** A value in words that tell all apart. */
export function shown(value: unknown): string {
  return inspect(value, { depth: null, breakLength: Number.POSITIVE_INFINITY });
}
