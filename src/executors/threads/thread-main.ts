import { type MessagePort, threadId } from 'node:worker_threads';
import { liveAsHost } from '../hosts/host-life.ts';
import type { FromHost, HostLine, HostSetup, ToHost } from '../hosts/host-protocol.ts';
import { AbortFlags } from './abort-flags.ts';
import { Claims } from './claims.ts';

/** What a thread's one task is started with. */
export interface ThreadTask {
  readonly port: MessagePort;
  /** Of {@link AbortFlags}. */
  readonly flags: SharedArrayBuffer;
  /** Of {@link Claims}. */
  readonly claims: SharedArrayBuffer;
  readonly setup: HostSetup;
}

/** What crosses a thread's port beside what every host says: about the thread itself. */
export type FromThread =
  | FromHost
  | { readonly type: 'thread'; readonly threadId: number }
  /** The host has ended as it was told to; the thread is not to be used again. */
  | { readonly type: 'ended' };

/** The one long task that the pool runs in a thread; the thread dies with it. */
export async function runHost({ port, setup, ...memory }: ThreadTask): Promise<void> {
  const flags = AbortFlags.in(memory.flags);
  const claims = Claims.in(memory.claims);
  const post = (message: FromThread, transfer: readonly ArrayBuffer[] = []): void => {
    port.postMessage(message, transfer);
  };
  post({ type: 'thread', threadId });
  const line: HostLine = {
    post,
    listen: (onMessage) => port.on('message', (message: ToHost) => onMessage(message)),
    claim: (place, id) => claims.take(place, id),
    flagged: (place) => flags.read(place),
    close: () => post({ type: 'ended' }),
  };
  await liveAsHost(line, setup);
  // A thread that returned would be given to the next host, with the modules of this one loaded.
  await new Promise<never>(() => {});
}
