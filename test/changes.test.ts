import { setTimeout as elapse } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Changes } from '../src/changes.ts';

async function all<T>(changes: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const change of changes) read.push(change);
  return read;
}

async function firstOf<T>(changes: AsyncIterable<T>): Promise<T | undefined> {
  for await (const change of changes) return change;
  return undefined;
}

describe('Changes', () => {
  it('tells every reader what comes after it began, in order, until the end', async () => {
    const changes = new Changes<number>();
    changes.tell(0);
    const first = all(changes.read());
    changes.tell(1);
    const second = all(changes.read());
    changes.tell(2);
    changes.end();
    expect(await first).toEqual([1, 2]);
    expect(await second).toEqual([2]);
    expect(await all(changes.read())).toEqual([]);
  });

  it('keeps the last hundred for a reader that is slow, and nothing for one that has gone', async () => {
    const changes = new Changes<number>();
    const slow = changes.read();
    const firstRead = slow.next();
    for (let each = 0; each < 1_000; each++) changes.tell(each);
    expect(await firstRead).toEqual({ value: 900, done: false });
    expect(changes.readers).toBe(1);
    await slow.return();
    expect(changes.readers).toBe(0);
    const leaving = firstOf(changes.read());
    changes.tell(7);
    expect(await leaving).toBe(7);
    expect(changes.readers).toBe(0);
  });

  it('ends a reader whose signal aborts, and leaves nothing on the signal', async () => {
    const changes = new Changes<number>();
    const stop = new AbortController();
    const waiting = all(changes.read(stop.signal));
    changes.tell(1);
    await elapse(0);
    stop.abort();
    changes.tell(2);
    expect(await waiting).toEqual([1]);
    expect(await all(changes.read(stop.signal))).toEqual([]);
    expect(changes.readers).toBe(0);
  });
});
