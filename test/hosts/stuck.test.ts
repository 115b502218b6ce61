import { connect, RPCClient } from 'greenroom';
import { describe, expect, it } from 'vitest';
import { brokerUrl } from '../support/broker.ts';
import { report, worst } from '../support/fault-report.ts';
import { scaled } from '../support/scale.ts';
import type { Stubborn } from './endpoints/stubborn.ts';
import { executors, type HostsExecutorName, useHostsServers } from './hosts-server.ts';
import { monotonicMs } from './monotonic-time.ts';

const drainTimeoutMs = 1_000;
/** How much later than that the process has ended, at the most. */
const lateMs = 1_000;

/** A thread inside a native call ends with its process, which only this ends then. */
const ends = {
  pool: { code: null, signal: 'SIGKILL' },
  process: { code: 128 + 15, signal: null },
};

const startServer = useHostsServers();

describe.each(executors)('a server under %s', (executor) => {
  it.for(['hash', 'exec'] as const)(
    'ends at its drain limit, though a method is stuck inside a native call (%s)',
    { timeout: scaled(60_000, 600_000) },
    async (method, context) => {
      const times = scaled(1, 20);
      const took: number[] = [];
      for (let time = 0; time < times; time++) took.push(await endWhileStuck(executor, method));
      await report(context, {
        fault: `31, 37. SIGTERM while a call is stuck inside a native one (${method}) ×${times}, \`${executor}\``,
        promise: 'its caller is told; the process has ended 1 s after its drain limit (1 s)',
        counts: { times },
        worstMs: { 'to end': worst(took) },
      });
      expect(worst(took)).toBeLessThan(drainTimeoutMs + lateMs);
    },
  );
});

/** @returns How long the server took to end after its SIGTERM, in milliseconds. */
async function endWhileStuck(
  executor: HostsExecutorName,
  method: keyof Stubborn & string,
): Promise<number> {
  const server = await startServer({
    executor,
    endpoint: 'endpoints/stubborn.ts',
    hosts: 1,
    runtime: { drainTimeoutMs },
  });
  await using transport = await connect(await brokerUrl());
  const client = new RPCClient<Stubborn>(transport, { topic: server.topic });
  const stuck = client.call({}, method).catch((error: unknown) => error);
  await expect.poll(() => server.logged(/^inside/)).toHaveLength(1);

  const stoppedAt = monotonicMs();
  server.kill('SIGTERM');
  const end = await server.ended;
  const tookMs = monotonicMs() - stoppedAt;
  expect(await stuck).toMatchObject({
    remoteClass: 'CallCancelled',
    remoteKwargs: { reason: 'draining' },
  });
  expect(end).toEqual(ends[executor]);
  return tookMs;
}
