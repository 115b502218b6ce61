import { setImmediate as turn } from 'node:timers/promises';
import { Latencies } from '../../dist/cli/bench/latencies.js';
import { StallMeter } from '../../dist/cli/bench/stall-meter.js';
import { tell } from './commands.mjs';
import { Load } from './load.mjs';
import { summaryOf } from './summary.mjs';
import { check } from './text.mjs';

const warmUpOutstanding = 16;

/**
 * Measures what an outstanding call takes of the client's memory: makes many that the server holds,
 * looks, and has them answered.
 *
 * @param {object} client What a peer's `openClient` made.
 * @param {{ args: object, expected: unknown, outstanding: number, warmUpMs: number }} job
 */
export async function measureHeldCalls(client, { args, expected, outstanding, warmUpMs }) {
  const warmUp = new Load(warmUpOutstanding, async () =>
    check(await client.call('echo', args, 0), expected),
  );
  await warmUp.goOn(warmUpMs);
  await warmUp.stop();
  const calls = new Array(outstanding);
  const before = await memoryInUse();
  const stalls = new StallMeter();
  tell('begin');
  const startedAt = performance.now();
  for (let index = 0; index < outstanding; index += 1) calls[index] = client.call('hold', args, 0);
  // Sent after all others, so when it is answered they have been sent, too.
  await client.ping();
  const bytesPerCall = ((await memoryInUse()) - before) / outstanding;
  tell('held');
  const latencies = new Latencies();
  const answered = calls.map(async (call) => {
    check(await call, expected);
    latencies.record(performance.now() - startedAt);
  });
  await Promise.all(answered);
  const elapsedMs = performance.now() - startedAt;
  tell('end');
  return {
    callsPerSecond: outstanding / (elapsedMs / 1_000),
    ...summaryOf(latencies),
    stallMs: await stalls.stop(),
    bytesPerCall,
  };
}

/** What is reachable, on the heap and outside of it, in bytes. */
async function memoryInUse() {
  // What was just let go of may need a turn, and a second look, to be gone.
  await turn();
  globalThis.gc();
  await turn();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
