import { connect, RPCClient, Runtime } from 'greenroom';
import { runLoad } from './load.mjs';
import { percentile } from './percentile.mjs';
import { StallMeter } from './stall.mjs';

const pingEveryMs = 10;
const target = { topic: 'demo', server: 'demo-server' };

/**
 * Serves the work under one executor, warms it up, and measures it.
 *
 * Callers and pinger live on the thread of the runtime: what blocks its event loop delays them too,
 * as it would delay heartbeats.
 *
 * @returns The executor's row of the table.
 */
export async function measureExecutor(round) {
  const { executor, threads, callers, warmUpSeconds, seconds, work, progress, signal } = round;
  const transport = await connect('memory://');
  const runtime = new Runtime({
    transport,
    executor,
    rpc: { target, endpoints: work.endpoints },
    pool: { threads },
    signals: false, // The demo's own handling ends all rounds, not just this one.
  });
  try {
    // `start()` wins over GREENROOM_EXECUTOR, which would make three equal rows.
    await runtime.start({ executor, signal });
    const load = loadOn(transport, { callers, work, signal });
    progress.show(`warming up for ${warmUpSeconds} s`);
    await runLoad({ ...load, seconds: warmUpSeconds });
    progress.show(`measuring for ${seconds} s`);
    const stalls = StallMeter.start();
    const { callsMs, pingsMs, elapsedMs } = await runLoad({ ...load, seconds });
    return {
      executor,
      calls: callsMs.length,
      callsPerSecond: callsMs.length / (elapsedMs / 1_000),
      p50Ms: percentile(callsMs, 50),
      p99Ms: percentile(callsMs, 99),
      pingP99Ms: percentile(pingsMs, 99),
      stallMs: await stalls.stop(),
    };
  } catch (error) {
    // An interruption is not the executor's doing.
    if (signal.aborted) throw signal.reason;
    throw new Error(`under the ${executor} executor: ${error.message}`, { cause: error });
  } finally {
    await runtime.stop({ graceMs: 0 });
    await transport.close();
  }
}

function loadOn(transport, { callers, work, signal }) {
  const client = new RPCClient(transport, { topic: target.topic, ...work.target });
  // The runtime answers this itself, from the server's own queue.
  const pinger = new RPCClient(transport, target);
  return {
    callers,
    pingEveryMs,
    signal,
    call: (options) => work.call(client, options),
    ping: (options) => pinger.call({}, 'oslo_rpc_server_ping', {}, options),
  };
}
