import type { RPCClient } from 'greenroom';
import { expect } from 'vitest';
import type { Casualty } from '../executors/endpoints/casualty.ts';
import { monotonicMs } from './monotonic-time.ts';

/** One call, and what it is to come to. */
type Call = (client: RPCClient<Casualty>, number: number) => Promise<void>;

const calls = {
  answered: async (client, value) => {
    expect(await client.call({}, 'echo', { value })).toBe(value);
  },
  computed: async (client) => {
    expect(await client.call({}, 'large', { length: 10_000 })).toHaveLength(10_000);
  },
  cancelled: (client) => expectCancelled(client, 'untilAborted'),
  killed: (client) => expectCancelled(client, 'spin'),
  exited: (client) => expectCrash(client, 'exit', { code: 1 }, 'exit'),
  thrown: (client) => expectCrash(client, 'throwUncaught', {}, 'uncaught'),
} satisfies Record<string, Call>;
/** What a call may come to. */
export type CallEnd = keyof typeof calls;

/** Of so many calls, one comes to this; most come to nothing worse than their answer. */
const oneIn: readonly (readonly [number, CallEnd])[] = [
  [200, 'killed'],
  [199, 'exited'],
  [193, 'thrown'],
  [50, 'cancelled'],
  [10, 'computed'],
];

/** Calls that come to all the ends that there are, many at once, of which each is as it should be. */
export class MixedCalls {
  /** How many calls came to each end. */
  readonly ends: Partial<Record<CallEnd, number>> = {};
  /** What was not as it should be. */
  readonly faults: unknown[] = [];
  readonly #client: RPCClient<Casualty>;
  #made = 0;

  constructor(client: RPCClient<Casualty>) {
    this.#client = client;
  }

  /** Keeps so many calls in flight for so long, and waits for the last of them. */
  async make(inFlight: number, ms: number): Promise<void> {
    const until = monotonicMs() + ms;
    const caller = async (): Promise<void> => {
      while (monotonicMs() < until) await this.#makeOne(++this.#made);
    };
    await Promise.all(Array.from({ length: inFlight }, caller));
  }

  async #makeOne(number: number): Promise<void> {
    const [, end] = oneIn.find(([many]) => number % many === 0) ?? [1, 'answered'];
    try {
      await calls[end](this.#client, number);
      this.ends[end] = (this.ends[end] ?? 0) + 1;
    } catch (fault) {
      this.faults.push(fault);
    }
  }
}

async function expectCancelled(
  client: RPCClient<Casualty>,
  method: 'untilAborted' | 'spin',
): Promise<void> {
  const call = client.call({}, method, {}, { signal: AbortSignal.timeout(50) });
  await expect(call).rejects.toMatchObject({ code: 'ERR_GREENROOM_CALL_CANCELLED' });
}

async function expectCrash(
  client: RPCClient<Casualty>,
  method: 'exit' | 'throwUncaught',
  args: { readonly code: number } | Record<string, never>,
  kind: string,
): Promise<void> {
  const call = client.call({}, method, args);
  await expect(call).rejects.toMatchObject({ remoteClass: 'HostCrashed', remoteKwargs: { kind } });
}
