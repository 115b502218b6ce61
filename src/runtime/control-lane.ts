import { PingEndpoint, pingMethod } from '../dispatcher/ping-endpoint.ts';
import { LoopExecutor } from '../executors/loop-executor.ts';
import { decodeRequest } from '../wire/request.ts';

/** Larger bodies are never looked into: a ping has no arguments worth more. */
const maxPingBytes = 8 * 1024;

/**
 * Makes the lane on which the runtime itself answers `oslo_rpc_server_ping`, on its own thread and
 * outside the executor's slots: a probe learns that the server is alive while every host is busy.
 */
export function controlLane(): LoopExecutor {
  return new LoopExecutor({
    name: 'async',
    slots: Number.POSITIVE_INFINITY,
    endpoints: [{ instance: new PingEndpoint() }],
  });
}

/**
 * Whether a body is a ping. A search of the bytes decides for all others: only a small body in which
 * the method's name stands is parsed on this thread.
 */
export function isPing(body: Uint8Array): boolean {
  if (body.byteLength > maxPingBytes) return false;
  if (!Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes(pingMethod))
    return false;
  try {
    const { method, namespace } = decodeRequest(body);
    return method === pingMethod && namespace === undefined;
  } catch {
    return false; // Garbage is the executor's to report.
  }
}
