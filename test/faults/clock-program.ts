import { setTimeout as pause } from 'node:timers/promises';
import { type Context, connect, RPCClient, Runtime } from 'greenroom';
import { setClock } from './jumping-clock.ts';

/**
 * A server and a client in one process, whose wall clock is set while calls are under way.
 *
 * usage: node --import … --import jumping-clock.ts clock-program.ts '{"url": …, "topic": …, "timeoutMs": …}'
 *
 * Prints `{"event": "ready"}`, a line for each warning, and a {@link ClockRound} for each line of its stdin,
 * which says by how many milliseconds to set the clock. Ends with its stdin.
 */
interface Settings {
  readonly url: string;
  readonly topic: string;
  /** How long the calls have that are to fail. */
  readonly timeoutMs: number;
}

/** What came of the calls that were under way when the clock was set. */
interface ClockRound {
  readonly event: 'round';
  /** By how much the wall clock moved meanwhile, beside the other one. */
  readonly jumpedMs: number;
  /** After what time a call failed that is never answered. */
  readonly failedAfterMs: number;
  /** After what time its method was told to stop. */
  readonly stoppedAfterMs: number;
  /** What a call was answered that took three times what its caller bears in silence. */
  readonly kept: string;
}

/** How long the caller of `slow` bears silence. */
const monitorMs = 1_000;

const settings = JSON.parse(process.argv[2] ?? '{}') as Settings;
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const warn = (fields: object, message: string): void => say({ event: 'log', message, ...fields });
const log = { debug() {}, info() {}, warn, error: warn };
const rabbit = { heartbeatMs: 1_000, confirmTimeoutMs: 1_000, consumerCheckMs: 500 };

let stoppedAfterMs = Number.NaN;
const endpoints = {
  never: ({ signal }: Context) => {
    const beganAt = performance.now();
    return new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        stoppedAfterMs = performance.now() - beganAt;
        resolve();
      });
    });
  },
  slow: () => pause(3 * monitorMs, 'done'),
};
const runtime = new Runtime({
  transport: settings.url,
  rpc: { target: { topic: settings.topic, server: 'one' }, endpoints },
  executor: 'async',
  signals: false,
  rabbit,
  log,
});
await runtime.start();
const transport = await connect(settings.url, { rabbit, log });
const target = { topic: settings.topic };
const client = new RPCClient(transport, target);
const monitoring = new RPCClient(transport, target, { callMonitorTimeoutMs: monitorMs });
say({ event: 'ready' });

for await (const line of process.stdin.setEncoding('utf8')) say(await round(Number(line)));
await transport.close();
await runtime.stop({ graceMs: 0 });

async function round(byMs: number): Promise<ClockRound> {
  const { timeoutMs } = settings;
  const [beganAt, beganOn] = [performance.now(), Date.now()];
  const sinceMs = (): number => performance.now() - beganAt;
  const failed = client.call({}, 'never', {}, { timeoutMs }).then(
    () => Number.NaN,
    () => sinceMs(),
  );
  const kept = monitoring.call({}, 'slow', {}, { timeoutMs: 60_000 }).then(String, String);
  await pause(timeoutMs / 2);
  setClock(byMs);
  const [failedAfterMs, answer] = await Promise.all([failed, kept]);
  const jumpedMs = Date.now() - beganOn - sinceMs();
  return { event: 'round', jumpedMs, failedAfterMs, stoppedAfterMs, kept: answer };
}
