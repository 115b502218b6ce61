import { describe, expect, it } from 'vitest';
import { ownedBodies } from '../../src/executors/hosts/host-protocol.ts';

const foreign = (body: Uint8Array) => ({ body, isOurs: false });
const ours = (body: Uint8Array) => ({ body, isOurs: true });

describe('ownedBodies', () => {
  const pooled = (size: number, fill: number): Uint8Array => {
    const larger = new Uint8Array(size + 200).fill(0xee);
    return larger.subarray(100, 100 + size).fill(fill);
  };

  it('copies small bodies into one buffer of their size, in order', () => {
    const { owned, transfer } = ownedBodies(
      [pooled(10, 1), pooled(0, 2), pooled(20, 3)].map(foreign),
    );
    expect(owned.map((body) => [...new Set(body)])).toEqual([[1], [], [3]]);
    expect(owned.map(({ byteLength }) => byteLength)).toEqual([10, 0, 20]);
    expect(new Set(owned.map(({ buffer }) => buffer)).size).toBe(1);
    expect(owned[0]?.buffer.byteLength).toBe(30);
    expect(transfer).toEqual([]);
  });

  it('gives a large body a buffer of its own, to be moved', () => {
    const large = pooled(16 * 1024, 7);
    const { owned, transfer } = ownedBodies([pooled(5, 1), large, pooled(5, 2)].map(ours));
    expect(transfer).toEqual([owned[1]?.buffer]);
    expect(transfer[0]).not.toBe(large.buffer);
    expect(transfer[0]?.byteLength).toBe(16 * 1024);
    expect(owned[1]).toEqual(new Uint8Array(large));
    expect(owned[0]?.buffer.byteLength).toBe(10);
    expect([...(owned[2] ?? [])]).toEqual([2, 2, 2, 2, 2]);
  });

  it('moves a large body that is ours and fills its buffer, and copies one that is not', () => {
    const large = new Uint8Array(16 * 1024).fill(7);
    const moved = ownedBodies([large].map(ours));
    expect(moved.owned[0]).toBe(large);
    expect(moved.transfer).toEqual([large.buffer]);
    const copied = ownedBodies([large].map(foreign));
    expect(copied.owned).toEqual([large]);
    expect(copied.owned[0]?.buffer).not.toBe(large.buffer);
  });

  it('of nothing is nothing', () => {
    expect(ownedBodies([])).toEqual({ owned: [], transfer: [] });
  });
});
