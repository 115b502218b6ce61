import { type ExecutorName, Runtime } from 'greenroom';

/**
 * A server in a process of its own, whose event loop a test can afford to see blocked.
 *
 * usage: node --import … busy-server.ts '{"url": …, "topic": …, "executor": …, "heartbeatMs": …}'
 *
 * Prints `{"event":"ready"}` and a line for every warning and error of its log; ends with its stdin.
 */
interface Settings {
  readonly url: string;
  readonly topic: string;
  readonly executor: ExecutorName;
  readonly heartbeatMs: number;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as Settings;
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const tell = (fields: object, message: string): void => say({ event: 'log', message, ...fields });

const runtime = new Runtime({
  transport: settings.url,
  rpc: {
    target: { topic: settings.topic, server: 'busy' },
    endpoints: new URL('./endpoints/service.ts', import.meta.url),
  },
  pool: { threads: 2 },
  rabbit: { heartbeatMs: settings.heartbeatMs },
  log: { debug() {}, info() {}, warn: tell, error: tell },
});
await runtime.start({ executor: settings.executor });
say({ event: 'ready' });
process.stdin.on('end', () => void runtime.stop({ graceMs: 0 })).resume();
