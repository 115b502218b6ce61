import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { report, worst } from '../support/fault-report.ts';
import { Peer, type PeerLine } from '../support/peer.ts';
import { scaled } from '../support/scale.ts';

const hourMs = 3_600_000;
/** Of the program's calls. */
const timeoutMs = 2_000;

it('a wall clock that is set forward and back by an hour ends no call early or late', {
  timeout: 300_000,
}, async (context) => {
  const times = scaled(1, 10);
  const program = await startProgram();
  const rounds: PeerLine[] = [];
  for (let time = 0; time < times; time++) {
    for (const jumpMs of [hourMs, -hourMs]) {
      program.write(String(jumpMs));
      const done = rounds.length + 1;
      const line = (await program.atLeast(done, ({ event }) => event === 'round')).at(-1) ?? {};
      expect(line).toMatchObject({ kept: 'done' });
      expect(Math.abs(Number(line['jumpedMs']) - jumpMs)).toBeLessThan(60_000);
      rounds.push(line);
    }
  }
  const offBy = (name: string): number =>
    worst(rounds.map((line) => Math.abs(Number(line[name]) - timeoutMs)));
  // Each call that timed out is one; a lost connection would be another.
  const warnings = program.lines(
    ({ event, message }) => event === 'log' && message !== 'cancelled a call',
  );
  await report(context, {
    fault: `42. wall clock set forward by an hour and back, ×${times}, under calls (\`Date\` replaced in the process)`,
    promise:
      'calls time out, and their methods stop, within 50 ms of their time; monitored calls are kept; 0 reconnects',
    counts: { 'times set': rounds.length, 'calls kept': rounds.length, warnings: warnings.length },
    worstMs: {
      'off, of a call': offBy('failedAfterMs'),
      'off, of its method': offBy('stoppedAfterMs'),
    },
  });
  expect(warnings).toEqual([]);
  expect(offBy('failedAfterMs')).toBeLessThan(scaled(1_000, 50));
  expect(offBy('stoppedAfterMs')).toBeLessThan(scaled(1_000, 50));
});

/** Starts `clock-program.ts`, with a wall clock that can be set. */
async function startProgram(): Promise<Peer> {
  const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
  const preloads = ['../../scripts/register-ts.mjs', './jumping-clock.ts'].map(path);
  const settings = JSON.stringify({ url: await brokerUrl(), topic: uniqueTopic(), timeoutMs });
  const args = [...preloads.flatMap((file) => ['--import', file]), path('./clock-program.ts')];
  const program = await Peer.start(process.execPath, [...args, settings]);
  onTestFinished(() => program.stop());
  return program;
}
