import { beforeAll, describe, expect, it } from 'vitest';
import { endsByItself } from './support/leaks.ts';

/** Has so many come and go, and tells how many bytes V8 made old of them. */
const script = `
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Roll } from './src/roll.ts';
import { SlotMap } from './src/slot-map.ts';

const makers = {
  Set() {
    const set = new Set();
    return { add: (value) => set.add(value) && value, delete: (value) => set.delete(value) };
  },
  Roll() {
    const roll = new Roll();
    return { add: (value) => roll.add(value), delete: (entry) => roll.delete(entry) };
  },
  Map() {
    const map = new Map();
    return { add: (value, key) => map.set(key, value) && key, delete: (key) => map.delete(key) };
  },
  SlotMap() {
    const map = new SlotMap();
    return { add: (value, key) => map.set(key, value) ?? key, delete: (key) => map.delete(key) };
  },
};
const there = makers[process.argv[1]]();
const ring = Array.from({ length: 128 }, (_, key) => there.add({ key }, key));
// What is there becomes old.
v8.setFlagsFromString('--expose-gc');
runInNewContext('gc')();
v8.setFlagsFromString('--trace-gc-nvp');
for (let key = ring.length; key < 3e5; key++) {
  const place = key % ring.length;
  there.delete(ring[place]);
  ring[place] = there.add({ key, parts: new Array(40).fill(key) }, key);
}
`;

const promoted: Record<string, number> = {};

async function promotedBytes(kind: string): Promise<number> {
  const { code, stdout } = await endsByItself(script, { args: [kind], timeoutMs: 60_000 });
  expect(code).toBe(0);
  const collections = [...stdout.matchAll(/ promoted=(\d+)/g)];
  expect(collections.length).toBeGreaterThan(5);
  return collections.reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}

describe('what has come and gone', () => {
  beforeAll(async () => {
    for (const kind of ['Set', 'Roll', 'Map', 'SlotMap'])
      promoted[kind] = await promotedBytes(kind);
  });

  it.each([
    ['Set', 'Roll'],
    ['Map', 'SlotMap'],
  ])('is made old by a %s, and not by a %s', (builtIn, ours) => {
    expect(promoted[ours]).toBeLessThan(0.1 * Number(promoted[builtIn]));
  });
});
