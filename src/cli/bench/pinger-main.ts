import { setTimeout as pause } from 'node:timers/promises';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { RPCClient } from '../../index.ts';
import { reach } from '../reach.ts';
import { Latencies } from './latencies.ts';
import type { PingerCommand, PingerData, PingerEvent } from './pinger-protocol.ts';

// The pinger's thread: on the thread of the callers a ping would wait for them, and not for the server.

const pingEveryMs = 20;
/** A server that is silent for so long is as bad as one that is gone. */
const pingTimeoutMs = 10_000;

if (parentPort !== null) await serve(parentPort, workerData as PingerData);

async function serve(port: MessagePort, { url, target, ...options }: PingerData): Promise<void> {
  const { controlExchange, rabbit } = options;
  const transport = await reach(url, {
    ...(controlExchange !== undefined && { controlExchange }),
    ...(rabbit !== undefined && { rabbit }),
    retries: 0,
    timeoutMs: pingTimeoutMs,
  });
  const client = new RPCClient(transport, target, { timeoutMs: pingTimeoutMs });
  const tell = (event: PingerEvent): void => port.postMessage(event);
  let running:
    | { readonly ending: AbortController; readonly pinged: Promise<Latencies> }
    | undefined;

  port.on('message', (command: PingerCommand) => {
    void obey(command);
  });
  tell({ type: 'connected' });

  async function obey(command: PingerCommand): Promise<void> {
    // One that was never ended, because its server was gone, must not go on for ever.
    running?.ending.abort();
    if (command === 'close') {
      await transport.close();
      port.close();
      return;
    }
    if (command === 'begin') {
      const ending = new AbortController();
      running = { ending, pinged: pingUntil(ending.signal, client) };
      return;
    }
    if (running === undefined) return;
    const latencies = await running.pinged;
    tell({ type: 'measured', p99Ms: latencies.percentileMs(99), pings: latencies.count });
  }
}

/**
 * Pings at a fixed rate, and waits for what is outstanding in the end. A ping's time counts from when
 * it was due, and one that failed counts as long as it was waited for.
 */
async function pingUntil(end: AbortSignal, client: RPCClient): Promise<Latencies> {
  const latencies = new Latencies();
  const pings: Promise<void>[] = [];
  for (let dueAt = performance.now(); !end.aborted; dueAt += pingEveryMs) {
    await pause(Math.max(0, dueAt - performance.now()), undefined, { signal: end }).catch(() => {
      // The end of it, which the loop sees.
    });
    if (end.aborted) break;
    const ended = (): void => latencies.record(performance.now() - dueAt);
    pings.push(client.call({}, 'oslo_rpc_server_ping', {}).then(ended, ended));
  }
  await Promise.all(pings);
  return latencies;
}
