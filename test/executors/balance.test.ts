import { describe, expect, it, vi } from 'vitest';
import { Balance, type Balanced } from '../../src/executors/hosts/balance.ts';

/** A host of one slot, and places for three that wait. */
class Host implements Balanced {
  load = 0;
  /** How often it was asked whether it is prompt. */
  looks = 0;
  isShort = true;
  /** What is taken back comes again. */
  onBack: () => void = () => {};

  get credit(): number {
    return 4 - this.load;
  }

  get idle(): number {
    return this.load === 0 ? 1 : 0;
  }

  get ahead(): number {
    return Math.max(0, this.load - 1);
  }

  get isPrompt(): boolean {
    this.looks++;
    return this.isShort;
  }

  withdrawOne(): boolean {
    if (this.ahead === 0) return false;
    this.load--;
    this.onBack();
    return true;
  }
}

function makeHosts() {
  const hosts = [new Host(), new Host()] as const;
  const balance = new Balance(new Set(hosts), true);
  const place = (): Host | undefined => {
    const host = balance.hostForOne();
    if (host !== undefined) host.load++;
    return host;
  };
  for (const host of hosts) host.onBack = () => void place();
  return { hosts, balance, place };
}

describe('Balance', () => {
  it('has what is short join others, as long as there is room', () => {
    const { hosts, balance, place } = makeHosts();
    const [first, second] = hosts;
    const placed = Array.from({ length: 9 }, place);
    expect(placed.slice(0, 4)).toEqual([first, first, first, first]);
    expect(placed.slice(4, 8)).toEqual([second, second, second, second]);
    expect(placed[8]).toBeUndefined();
    balance.stop();
  });

  it('gives each host its share of what takes long', () => {
    const { hosts, place } = makeHosts();
    for (const host of hosts) host.isShort = false;
    for (let i = 0; i < 4; i++) place();
    expect(hosts.map(({ load }) => load)).toEqual([2, 2]);
  });

  it('takes back what has joined one that is not prompt, for one that is idle', async () => {
    const { hosts, place } = makeHosts();
    const [first, second] = hosts;
    for (let i = 0; i < 3; i++) place();
    expect([first.load, second.load]).toEqual([3, 0]);
    first.isShort = false;
    await vi.waitFor(() => expect([first.load, second.load]).toEqual([2, 1]));
  });

  it('leaves what waits for a moment where it is, and looks again', async () => {
    const { hosts, balance, place } = makeHosts();
    const [first] = hosts;
    for (let i = 0; i < 3; i++) place();
    balance.freed();
    await vi.waitFor(() => expect(first.looks).toBeGreaterThan(10));
    expect(first.load).toBe(3);
    first.isShort = false;
    await vi.waitFor(() => expect(first.load).toBeLessThan(3));
  });
});
