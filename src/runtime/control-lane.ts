import { asBuffer } from '../as-buffer.ts';
import { PingEndpoint, pingMethod } from '../dispatcher/ping-endpoint.ts';
import type { IncomingMessage } from '../driver/driver.ts';
import { LoopExecutor } from '../executors/loop-executor.ts';
import { formatOf } from '../wire/body-format.ts';
import { compressionIn } from '../wire/compression.ts';
import { decompressed } from '../wire/decompression.ts';
import { decodeRequest } from '../wire/request.ts';

/** Larger bodies are never looked into: a ping has no arguments worth more. */
const maxPingBytes = 8 * 1024;
/** Nor larger compressed ones: to undo that is the one thing here that costs more than a search. */
const maxCompressedPingBytes = 1024;

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
 * the method's name stands is parsed on this thread, and only a tiny one is decompressed.
 */
export function isPing({ body, contentType, headers }: IncomingMessage): boolean {
  const compression = compressionIn(headers);
  const maxBytes = compression === undefined ? maxPingBytes : maxCompressedPingBytes;
  if (body.byteLength > maxBytes) return false;
  try {
    const plain =
      compression === undefined ? body : decompressed(body, compression, maxPingBytes).body;
    if (!asBuffer(plain).includes(pingMethod)) return false;
    const { method, namespace } = decodeRequest(plain, { format: formatOf(contentType) ?? 'json' });
    return method === pingMethod && namespace === undefined;
  } catch {
    return false; // Garbage is the executor's to report.
  }
}
