import { once } from 'node:events';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { type ExecutorName, Runtime, type RuntimeOptions } from '../../src/index.ts';
import { LoopStalls } from './loop-stalls.ts';
import { monotonicMs } from './monotonic-time.ts';
import { serverState } from './server-state.ts';

/**
 * A server in a process of its own: what it holds can be counted, and it may be killed.
 *
 * usage: node server-program.js '{"executor": …, "runtime": …}'
 *
 * Prints a JSON line for each line of its log, with the time. Takes a {@link Command} a line, and prints
 * its answer with the same id. Ends with its stdin, or when it was stopped.
 */
interface Settings {
  readonly executor: ExecutorName;
  readonly runtime: RuntimeOptions;
}

type Command = {
  readonly id: number;
} /** Answered with the server's state, after it was done. */ & (
  | { readonly do: 'state' | 'reload' | 'stop' }
  /** Answered with how long the event loop stood still, since the last time that it was asked. */
  | { readonly do: 'stalls' }
  /** Writes so many bytes to a port of this machine; answered when they have been taken. */
  | { readonly do: 'write'; readonly port: number; readonly bytes: number }
);

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const log = (level: string) => (fields: object, message: string) =>
  say({ ...fields, event: 'log', at: monotonicMs(), level, message });

process.on('warning', (warning) => log('error')({ warning: warning.stack }, warning.message));
const { executor, runtime: options } = JSON.parse(process.argv[2] ?? '{}') as Settings;
const runtime = new Runtime({
  ...options,
  log: { debug() {}, info: log('info'), warn: log('warn'), error: log('error') },
});
let stalls: LoopStalls | undefined;
await runtime.start({ executor });
say({ event: 'ready' });

const commands = createInterface({ input: process.stdin });
commands.on('line', async (line) => {
  const command = JSON.parse(line) as Command;
  try {
    say({ event: 'answer', id: command.id, answer: await answer(command) });
  } catch (error) {
    say({ event: 'answer', id: command.id, error: String(error) });
  }
});
commands.on('close', () => void runtime.stop({ graceMs: 0 }));
// What keeps the process is the runtime's.
process.stdin.unref();

async function answer(command: Command): Promise<unknown> {
  switch (command.do) {
    case 'stalls':
      stalls ??= new LoopStalls();
      return stalls.take();
    case 'write':
      return await write(command.port, command.bytes);
    case 'reload':
      await runtime.reload();
      break;
    case 'stop':
      await runtime.stop();
      break;
    case 'state':
      break;
    default:
      return command satisfies never;
  }
  return serverState(runtime);
}

/** @returns How long one write took until all was in the system's hands, in milliseconds. */
async function write(port: number, bytes: number): Promise<number> {
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const body = Buffer.alloc(bytes, 1);
  const startedAt = monotonicMs();
  await new Promise<unknown>((resolve) => socket.write(body, resolve));
  const tookMs = monotonicMs() - startedAt;
  socket.end();
  return tookMs;
}
