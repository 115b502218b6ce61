import type { MessagePort } from 'node:worker_threads';
import type { Begun, Outcome } from './executor.ts';
import type { HostedService } from './service.ts';
import type { WireOptions } from './wire-options.ts';

/**
 * What crosses a host's port. Messages travel in batches: what is waiting when the loop turns goes
 * in one `postMessage`, which costs a third of one each.
 */
export type ToHost =
  | { readonly type: 'work'; readonly items: readonly WorkItem[] }
  /** The answer to a `begun` whose work asks whether it may. */
  | { readonly type: 'begin'; readonly id: number; readonly mayBegin: boolean }
  /** No more work comes: let go of the port, and with it of the thread. */
  | { readonly type: 'stop' };

export type FromHost =
  /** The endpoints are loaded. */
  | { readonly type: 'ready' }
  /** They are not, and never will be; the text is for the operator. */
  | { readonly type: 'load-failed'; readonly message: string; readonly stack: string | undefined }
  /** Posted before the method runs: it may keep the thread for as long as it likes. */
  | { readonly type: 'begun'; readonly id: number; readonly begun: Begun }
  | { readonly type: 'done'; readonly items: readonly DoneItem[] };

/** One request on its way to a host. */
export interface WorkItem {
  readonly id: number;
  readonly body: Uint8Array;
  readonly contentType: string | undefined;
  readonly compression: string | undefined;
  /** On the clock that all threads share: `performance.timeOrigin + performance.now()`. */
  readonly deadline: number | undefined;
  readonly asksToBegin: boolean;
}

/** One outcome on its way back. */
export interface DoneItem {
  readonly id: number;
  readonly outcome: HostOutcome;
}

/** An {@link Outcome} as a host has it; the errors' classes do not survive the way, their texts do. */
export type HostOutcome =
  | Extract<Outcome, { type: 'done' | 'refused' }>
  | { readonly type: 'malformed'; readonly message: string };

/** What a host is started with: the one task of its thread, for as long as the thread lives. */
export interface HostTask {
  readonly port: MessagePort;
  readonly service: HostedService;
  readonly wire: WireOptions;
}

/** Bodies from this size on get a buffer of their own, which is moved; smaller ones are copied. */
const movedFromBytes = 16 * 1024;

/**
 * Makes a batch's bodies fit to cross: copies out of whatever buffer they are a view of.
 *
 * Posting a view clones the whole buffer behind it (a 100-byte body of amqplib is a view on the
 * socket's 64 KiB chunk), and moving one that Node pools is an error or a silent copy.
 */
export function ownedBodies(bodies: readonly Uint8Array[]): {
  owned: Uint8Array<ArrayBuffer>[];
  transfer: ArrayBuffer[];
} {
  let sharedBytes = 0;
  for (const { byteLength } of bodies) if (byteLength < movedFromBytes) sharedBytes += byteLength;
  const shared = new Uint8Array(new ArrayBuffer(sharedBytes));
  const transfer: ArrayBuffer[] = [];
  let offset = 0;
  const owned = bodies.map((body) => {
    if (body.byteLength >= movedFromBytes) {
      const copy = new Uint8Array(new ArrayBuffer(body.byteLength));
      copy.set(body);
      transfer.push(copy.buffer);
      return copy;
    }
    shared.set(body, offset);
    const view = shared.subarray(offset, offset + body.byteLength);
    offset += body.byteLength;
    return view;
  });
  return { owned, transfer };
}
