import type { CancelReason } from '../../cancel-reason.ts';
import type { Begun, BodyPart, Outcome } from '../executor.ts';
import type { HostName } from '../loaded-service.ts';
import type { HostedService } from '../service.ts';
import type { WireOptions } from '../wire-options.ts';
import type { LogLevel } from '../written-log.ts';

/**
 * What crosses between the runtime's thread and a host. Messages travel in batches: what is waiting when the loop turns goes
 * in one `postMessage`, which costs a third of one each.
 */
export type ToHost =
  | { readonly type: 'work'; readonly items: readonly WorkItem[] }
  /** The answer to a `begun` whose work asks whether it may. */
  | { readonly type: 'begin'; readonly id: number; readonly mayBegin: boolean }
  /** Abort the call's signal; its flag is up already. */
  | { readonly type: 'cancel'; readonly id: number; readonly reason: CancelReason }
  /** No more work comes: dispose of the endpoints, and end. */
  | { readonly type: 'stop' };

export type FromHost =
  /** The endpoints are loaded, with methods for notifications of those priorities. */
  | { readonly type: 'ready'; readonly priorities: readonly string[] }
  /** They are not, and never will be; the text is for the operator. */
  | { readonly type: 'load-failed'; readonly message: string; readonly stack: string | undefined }
  /**
   * What has ended, and then what begins: posted before it does, for it may keep the thread for long.
   * `busyMs` is how long the host's event loop was at work since something had ended before.
   */
  | {
      readonly type: 'progress';
      readonly done: readonly DoneItem[];
      readonly busyMs: number;
      readonly begun: readonly BegunItem[];
    }
  | { readonly type: 'memory'; readonly use: MemoryUse }
  /** A line for the log; `id` is that of the call that wrote it, where one did. */
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly id: number | undefined;
      readonly fields: object;
      readonly message: string;
    };

/** How much memory a host holds, in MiB. */
export interface MemoryUse {
  /** Of the JavaScript heap, garbage that is yet to be collected included. */
  readonly heapMb: number;
  /** Outside of it: buffers, for the most part. */
  readonly externalMb: number;
}

/** One request on its way to a host. */
export interface WorkItem {
  readonly id: number;
  /** Which of the host's places it is in, from 0 on: where its abort flag is. */
  readonly place: number;
  readonly body: Uint8Array;
  readonly contentType: string | undefined;
  readonly compression: string | undefined;
  /** On the clock that all threads share: `performance.timeOrigin + performance.now()`. */
  readonly deadline: number | undefined;
  readonly asksToBegin: boolean;
  readonly notifications?: readonly BodyPart[] | undefined;
}

/** One request that is about to begin. */
export interface BegunItem {
  readonly id: number;
  readonly begun: Begun;
}

/** One outcome on its way back. */
export interface DoneItem {
  readonly id: number;
  readonly outcome: HostOutcome;
}

/**
 * An {@link Outcome} as a host has it: without what was told when it began; and the errors' classes do not
 * survive the way, their texts do.
 */
export type HostOutcome =
  | Omit<Extract<Outcome, { type: 'done' }>, keyof Begun>
  | Extract<Outcome, { type: 'refused' }>
  | { readonly type: 'malformed'; readonly message: string };

/** What a host is started with. Cloneable. */
export interface HostSetup {
  readonly host: HostName;
  readonly service: HostedService;
  readonly wire: WireOptions;
  /** How many calls it runs at once. */
  readonly slots: number;
  /** How many it holds: those, and others that wait for them to end. */
  readonly places: number;
  /** Whether what is written to `console` goes to the runtime's log. */
  readonly takesConsole: boolean;
}

/** A host's own end of the line to the runtime's thread. */
export interface HostLine {
  /** Sends at once, also when the host computes right after it. */
  post(message: FromHost, transfer?: readonly ArrayBuffer[]): void;
  /** Hands over each message that comes; to be called once. */
  listen(onMessage: (message: ToHost) => void): void;
  /** Whether a request that was sent may begin; not if it was taken back meanwhile. */
  claim(place: number, id: number): boolean;
  /** Why the call in a place is to stop, if it is; cheap enough for a hot loop. */
  flagged(place: number): CancelReason | undefined;
  /** Hangs up: nothing more comes or goes, and nothing here keeps the thread or process. */
  close(): void;
}

/** Bodies from this size on get a buffer of their own, which is moved; smaller ones are copied. */
const movedFromBytes = 16 * 1024;

/** A body on its way across, and whether its buffer may go with it. */
export interface CrossingBody {
  readonly body: Uint8Array;
  readonly isOurs: boolean;
}

/** Whether a body is moved as it is, which leaves its sender's empty. */
export function isMoved({ body, isOurs }: CrossingBody): boolean {
  return isOurs && body.byteLength >= movedFromBytes && fillsItsBuffer(body);
}

/**
 * Makes a batch's bodies fit to cross: copies out of whatever buffer they are a view of.
 *
 * Posting a view clones the whole buffer behind it (a 100-byte body of amqplib is a view on the
 * socket's 64 KiB chunk), and moving one that Node pools is an error or a silent copy.
 * A large body that is ours and fills its buffer is moved as it is, which leaves the caller's empty; Node's
 * pool is never filled by one view.
 */
export function ownedBodies(bodies: readonly CrossingBody[]): {
  owned: Uint8Array<ArrayBuffer>[];
  transfer: ArrayBuffer[];
} {
  let sharedBytes = 0;
  for (const { body } of bodies) {
    if (body.byteLength < movedFromBytes) sharedBytes += body.byteLength;
  }
  const shared = new Uint8Array(new ArrayBuffer(sharedBytes));
  const transfer: ArrayBuffer[] = [];
  let offset = 0;
  const owned = bodies.map(({ body, isOurs }) => {
    if (body.byteLength >= movedFromBytes) {
      const whole = isOurs && fillsItsBuffer(body) ? body : copyOf(body);
      transfer.push(whole.buffer);
      return whole;
    }
    shared.set(body, offset);
    const view = shared.subarray(offset, offset + body.byteLength);
    offset += body.byteLength;
    return view;
  });
  return { owned, transfer };
}

function fillsItsBuffer(body: Uint8Array): body is Uint8Array<ArrayBuffer> {
  return body.buffer instanceof ArrayBuffer && body.byteLength === body.buffer.byteLength;
}

function copyOf(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(new ArrayBuffer(body.byteLength));
  copy.set(body);
  return copy;
}
