import { describe, expect, it } from 'vitest';
import { SlotMap } from '../src/slot-map.ts';

describe('SlotMap', () => {
  it('is a map, in the order in which keys came', () => {
    const map = new SlotMap<string, number>();
    map.set('a', 1);
    map.set('b', 2);
    map.set('a', 3);
    expect([map.size, map.get('a'), map.get('b'), map.get('c')]).toEqual([2, 3, 2, undefined]);
    expect([map.has('a'), map.has('c')]).toEqual([true, false]);
    expect(map.delete('a')).toBe(true);
    expect(map.delete('a')).toBe(false);
    map.set('c', 4);
    map.set('a', 5);
    expect([...map.keys()]).toEqual(['b', 'c', 'a']);
    expect([...map.values()]).toEqual([2, 4, 5]);
    map.clear();
    expect([map.size, map.get('b'), ...map.values()]).toEqual([0, undefined]);
    map.set('d', 6);
    expect([...map.values()]).toEqual([6]);
  });

  it('may change while it is gone through', () => {
    const map = new SlotMap<number, string>();
    for (const key of [1, 2, 3]) map.set(key, `${key}`);
    const seen: string[] = [];
    for (const value of map.values()) {
      seen.push(value);
      map.delete(1);
      map.delete(2);
      if (!map.has(4)) map.set(4, '4');
    }
    expect(seen).toEqual(['1', '3', '4']);
  });

  it('tells apart a value of undefined and none', () => {
    const map = new SlotMap<string, undefined>();
    map.set('a', undefined);
    expect([map.has('a'), map.get('a'), map.size]).toEqual([true, undefined, 1]);
  });
});
