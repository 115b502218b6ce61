import { setTimeout as pause } from 'node:timers/promises';
import { StallMeter } from '../../dist/cli/bench/stall-meter.js';
import { tell } from './commands.mjs';
import { Load } from './load.mjs';
import { summaryOf } from './summary.mjs';

const arrivalDeadlineMs = 30_000;

/**
 * Measures casts: each waits until the broker has confirmed it, and the window lasts until the server
 * has got them all, so that none is counted that was lost or is still on its way.
 *
 * @param {object} client What a peer's `openClient` made.
 * @param {{ args: object, outstanding: number, warmUpMs: number, windowMs: number }} job
 */
export async function measureCasts(client, { args, outstanding, warmUpMs, windowMs }) {
  const before = await client.call('notes', {}, 0);
  let sent = 0;
  const cast = () => {
    sent += 1;
    return client.cast('note', args);
  };
  const warmUp = new Load(outstanding, cast);
  await warmUp.goOn(warmUpMs);
  await warmUp.stop();
  await arrived(client, before + sent);
  const warm = sent;
  const stalls = new StallMeter();
  tell('begin');
  const startedAt = performance.now();
  const load = new Load(outstanding, cast);
  await load.goOn(windowMs);
  await load.stop();
  await arrived(client, before + sent);
  const elapsedMs = performance.now() - startedAt;
  tell('end');
  return {
    callsPerSecond: (sent - warm) / (elapsedMs / 1_000),
    ...summaryOf(load.latencies),
    stallMs: await stalls.stop(),
  };
}

/** Waits until the server has got so many notes, and no more. */
async function arrived(client, expected) {
  const giveUpAt = performance.now() + arrivalDeadlineMs;
  for (;;) {
    const notes = await client.call('notes', {}, 0);
    if (notes === expected) return;
    if (notes > expected || performance.now() > giveUpAt) {
      throw new Error(`the server got ${notes} casts of ${expected}`);
    }
    await pause(5);
  }
}
