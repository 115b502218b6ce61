import { describe, expect, it } from 'vitest';
import { Roll } from '../src/roll.ts';

describe('Roll', () => {
  it('has what was added, in its order', () => {
    const roll = new Roll<string>();
    const [a, b, c] = ['a', 'b', 'c'].map((value) => roll.add(value));
    expect([...roll]).toEqual(['a', 'b', 'c']);
    expect(b && roll.delete(b)).toBe(true);
    expect(b && roll.delete(b)).toBe(false);
    expect([...roll]).toEqual(['a', 'c']);
    expect(a && roll.delete(a)).toBe(true);
    roll.add('d');
    expect([...roll]).toEqual(['c', 'd']);
    expect(c && roll.delete(c)).toBe(true);
    expect(roll.size).toBe(1);
    expect([...roll]).toEqual(['d']);
  });

  it('has nothing when all have left, and takes more', () => {
    const roll = new Roll<number>();
    for (const entry of [roll.add(1), roll.add(2)]) roll.delete(entry);
    expect([roll.size, ...roll]).toEqual([0]);
    roll.add(3);
    expect([roll.size, ...roll]).toEqual([1, 3]);
  });

  it('is gone through but for those that leave before their turn, and those that come', () => {
    const roll = new Roll<number>();
    const entries = [1, 2, 3, 4].map((value) => roll.add(value));
    const seen: number[] = [];
    for (const entry of roll.entries()) {
      seen.push(entry.value);
      roll.delete(entry);
      const [, , third] = entries;
      if (third !== undefined) roll.delete(third);
      roll.add(5);
    }
    expect(seen).toEqual([1, 2, 4]);
    expect([...roll]).toEqual([5, 5, 5]);
  });
});
