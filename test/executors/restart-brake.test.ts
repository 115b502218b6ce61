import { describe, expect, it } from 'vitest';
import { ExecutorLoadFailure } from '../../src/errors.ts';
import { RestartBrake } from '../../src/executors/hosts/restart-brake.ts';

const limits = { max: 20, withinMs: 60_000 };

describe('RestartBrake', () => {
  it('allows so many restarts in so long, and no more', () => {
    const brake = new RestartBrake(limits);
    for (let i = 0; i < 20; i++) {
      brake.release();
      expect(brake.spend(i * 1_000)).toBe(0);
    }
    expect(() => brake.spend(59_999)).toThrow(ExecutorLoadFailure);
    expect(() => brake.spend(59_999)).toThrow('20 hosts died within 60 s');
  });

  it('forgets a restart in time', () => {
    const brake = new RestartBrake(limits);
    for (let i = 0; i < 20; i++) {
      brake.release();
      brake.spend(i * 1_000);
    }
    brake.release();
    brake.spend(60_000);
    expect(() => brake.spend(60_001)).toThrow(ExecutorLoadFailure);
    brake.spend(61_000);
  });

  it('lets no more than ten hosts start in a second, however much they work', () => {
    const brake = new RestartBrake({ max: 1_000, withinMs: 60_000 });
    const starts = Array.from({ length: 35 }, () => {
      brake.release();
      return brake.spend(0);
    });
    for (const [index, start] of starts.entries()) {
      expect(start).toBe(1_000 * Math.floor(index / 10));
    }
    expect(brake.isHolding).toBe(false);
  });

  it('waits longer and longer while no call ends, up to 5 s, and not at all when one has', () => {
    const brake = new RestartBrake({ max: 1_000, withinMs: 60_000 });
    const waits = Array.from({ length: 14 }, (_, i) => brake.spend(i * 10_000));
    expect(waits).toEqual([0, 0, 0, 0, 0, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
    expect(brake.isHolding).toBe(true);
    brake.release();
    expect(brake.isHolding).toBe(false);
    expect(brake.spend(200_000)).toBe(0);
  });
});
