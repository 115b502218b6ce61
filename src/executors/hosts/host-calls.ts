import type { CancelReason } from '../../cancel-reason.ts';
import { ClosedError, MalformedMessage } from '../../errors.ts';
import { CancelClock } from '../cancel-clock.ts';
import type { Begun, Execution, Outcome, Work } from '../executor.ts';
import { Wakeup } from '../wakeup.ts';
import { type DoneItem, ownedBodies, type WorkItem } from './host-protocol.ts';

/** How {@link HostCalls} reaches the host. */
export interface HostCallsOptions {
  readonly slots: number;
  /** How long a cancelled call may take to end by itself, in milliseconds. */
  readonly graceMs: number;
  /** Tells the host that a call is to stop. */
  readonly onCancel: (id: number, slot: number, reason: CancelReason) => void;
  /** A slot is free again. */
  readonly onFreed: (slot: number) => void;
  /** A call was told to stop and has not; it is not in the table any more. */
  readonly onOverrun: () => void;
}

interface Running {
  readonly work: Work;
  readonly slot: number;
  readonly clock: CancelClock;
  readonly onBegin: (begun: Begun) => boolean;
  readonly resolve: (outcome: Outcome) => void;
  begun: Begun | undefined;
}

/** The calls that a host runs, each in a slot, as the runtime's thread knows them. */
export class HostCalls {
  readonly #options: HostCallsOptions;
  readonly #running = new Map<number, Running>();
  /** Those that were given up: what they have written to the log may still be on its way. */
  readonly #overdue = new Map<number, Begun>();
  readonly #freeSlots: number[];
  readonly #emptied = new Wakeup();
  #nextId = 0;

  constructor(options: HostCallsOptions) {
    this.#options = options;
    this.#freeSlots = Array.from({ length: options.slots }, (_, slot) => slot).reverse();
  }

  get size(): number {
    return this.#running.size;
  }

  get free(): number {
    return this.#freeSlots.length;
  }

  /** Takes a slot for a request, which is yet to be sent; nothing when there is none. */
  add(
    work: Work,
    onBegin: (begun: Begun) => boolean,
  ): { readonly id: number; readonly execution: Execution } | undefined {
    const slot = this.#freeSlots.pop();
    if (slot === undefined) return undefined;
    const id = this.#nextId++;
    const { graceMs, onCancel } = this.#options;
    const clock = new CancelClock(work.deadline, graceMs, {
      onCancel: (reason) => onCancel(id, slot, reason),
      onOverrun: (reason) => this.#overrun(id, reason),
    });
    const outcome = new Promise<Outcome>((resolve) => {
      this.#running.set(id, { work, slot, clock, onBegin, resolve, begun: undefined });
    });
    return { id, execution: { outcome, cancel: (reason) => clock.cancel(reason) } };
  }

  /** What is sent of requests that are still here, and the buffers that move with it. */
  itemsOf(ids: readonly number[]): { items: WorkItem[]; transfer: ArrayBuffer[] } {
    const batch = ids.flatMap((id) => {
      const running = this.#running.get(id);
      return running === undefined ? [] : [{ id, ...running }];
    });
    const { owned, transfer } = ownedBodies(
      batch.map(({ work: { body, ownsBody = false } }) => ({ body, isOurs: ownsBody })),
    );
    const items = batch.map(
      ({ id, slot, work }, index): WorkItem => ({
        id,
        slot,
        body: owned[index] ?? new Uint8Array(),
        contentType: work.contentType,
        compression: work.compression,
        asksToBegin: work.asksToBegin ?? false,
        notifications: work.notifications,
        deadline: work.deadline === undefined ? undefined : work.deadline + performance.timeOrigin,
      }),
    );
    return { items, transfer };
  }

  /** What is known of a call that has begun and has not come to its end by itself. */
  begunOf(id: number): Begun | undefined {
    return this.#running.get(id)?.begun ?? this.#overdue.get(id);
  }

  /** @returns Whether the call may begin, where it waits for that to be said. */
  begin(id: number, begun: Begun): boolean | undefined {
    const running = this.#running.get(id);
    if (running === undefined) return undefined;
    const mayBegin = running.onBegin(begun);
    const asks = running.work.asksToBegin ?? false;
    if (mayBegin || !asks) running.begun = begun;
    return asks ? mayBegin : undefined;
  }

  complete({ id, outcome }: DoneItem): void {
    this.#settle(id, ({ clock, begun = unknownRequest }) => {
      switch (outcome.type) {
        case 'malformed':
          return { type: 'malformed', error: new MalformedMessage(outcome.message) };
        case 'done':
          return {
            ...outcome,
            method: begun.method,
            replyTo: begun.replyTo,
            cancelled: clock.reason,
          };
        default:
          return outcome;
      }
    });
  }

  /** The host is gone, and all that it held with it. */
  loseAll(error: Error): void {
    for (const id of [...this.#running.keys()]) {
      this.#settle(id, ({ begun }) => ({ type: 'lost', error, begun }));
    }
  }

  /** Resolves when nothing runs. */
  async empty(): Promise<void> {
    while (this.#running.size > 0) await this.#emptied.wait();
  }

  #overrun(id: number, reason: CancelReason): void {
    const begun = this.begunOf(id);
    if (begun !== undefined) this.#overdue.set(id, begun);
    this.#settle(id, ({ begun }) => ({ type: 'cancelled', reason, begun }));
    this.#options.onOverrun();
  }

  #settle(id: number, outcomeOf: (running: Running) => Outcome): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    this.#running.delete(id);
    running.clock.end();
    this.#freeSlots.push(running.slot);
    this.#options.onFreed(running.slot);
    running.resolve(outcomeOf(running));
    if (this.#running.size === 0) this.#emptied.wake();
  }
}

/** In place of what a host has not told, which it always does. */
const unknownRequest: Pick<Begun, 'method' | 'replyTo'> = { method: '', replyTo: undefined };

/** The execution of a request that came when nothing could run it. */
export function lostAtOnce(why: string): Execution {
  const outcome: Outcome = { type: 'lost', error: new ClosedError(why), begun: undefined };
  return { outcome: Promise.resolve(outcome), cancel() {} };
}
