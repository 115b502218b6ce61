import type { CancelReason } from '../../cancel-reason.ts';
import { ClosedError, MalformedMessage } from '../../errors.ts';
import { SlotMap } from '../../slot-map.ts';
import { CancelClock } from '../cancel-clock.ts';
import type { Begun, Execution, Outcome, Work } from '../executor.ts';
import { Wakeup } from '../wakeup.ts';
import {
  type CrossingBody,
  type DoneItem,
  isMoved,
  ownedBodies,
  type WorkItem,
} from './host-protocol.ts';

/** How {@link HostCalls} reaches the host. */
export interface HostCallsOptions {
  /** How many run at once. */
  readonly slots: number;
  /** How many are here, those included that wait for others to end. */
  readonly places: number;
  /** How long a cancelled call may take to end by itself, in milliseconds. */
  readonly graceMs: number;
  /** A call can be sent; {@link HostCalls.itemsOf} has what is. */
  readonly onSend: (id: number) => void;
  /** A call is about to be posted to its place. */
  readonly onOffer: (place: number, id: number) => void;
  /** Takes back a call that was posted; false once the host has begun it. */
  readonly takeBack: (place: number, id: number) => boolean;
  /** Tells the host that a call is to stop. */
  readonly onCancel: (id: number, place: number, reason: CancelReason) => void;
  /** A place is free again. */
  readonly onFreed: (place: number) => void;
  /** A call was told to stop and has not; it is not in the table any more. */
  readonly onOverrun: () => void;
}

interface Running {
  readonly id: number;
  readonly work: Work;
  readonly place: number;
  readonly clock: CancelClock;
  readonly onBegin: (begun: Begun) => boolean;
  readonly resolve: (outcome: Outcome) => void;
  /** Whether it waits here, is to be sent, was posted, or was posted and its body has gone along. */
  stage: 'held' | 'leaving' | 'posted' | 'moved';
  begun: Begun | undefined;
}

/** The calls that a host has, each in a place of its own, as the runtime's thread knows them. */
export class HostCalls {
  readonly #options: HostCallsOptions;
  readonly #running = new SlotMap<number, Running>();
  /** Those that were given up: what they have written to the log may still be on its way. */
  readonly #overdue = new Map<number, Begun>();
  readonly #freePlaces: number[];
  /** One that is not sent before it can begin, as it could not be taken back whole, and those behind it. */
  readonly #held: number[] = [];
  readonly #emptied = new Wakeup();
  #nextId = 0;
  /** How many of those that are here are not held. */
  #sent = 0;

  constructor(options: HostCallsOptions) {
    this.#options = options;
    this.#freePlaces = Array.from({ length: options.places }, (_, place) => place).reverse();
  }

  get size(): number {
    return this.#running.size;
  }

  get free(): number {
    return this.#freePlaces.length;
  }

  /** Takes a place for a request; nothing when there is none. */
  add(work: Work, onBegin: (begun: Begun) => boolean): Execution | undefined {
    const place = this.#freePlaces.pop();
    if (place === undefined) return undefined;
    const id = this.#nextId++;
    const { graceMs, onCancel } = this.#options;
    const clock = new CancelClock(work.deadline, graceMs, {
      onCancel: (reason) => {
        if (!this.#withdraw(id)) onCancel(id, place, reason);
      },
      onOverrun: (reason) => this.#overrun(id, reason),
    });
    const outcome = new Promise<Outcome>((resolve) => {
      this.#running.set(id, {
        id,
        work,
        place,
        clock,
        onBegin,
        resolve,
        begun: undefined,
        stage: 'held',
      });
    });
    this.#held.push(id);
    this.#sendHeld();
    return {
      outcome,
      cancel: (reason) => clock.cancel(reason),
      withdraw: () => void this.#withdraw(id),
    };
  }

  /** What is sent of requests that are still here, and the buffers that move with it. */
  itemsOf(ids: readonly number[]): { items: WorkItem[]; transfer: ArrayBuffer[] } {
    const batch: Running[] = [];
    for (const id of ids) {
      const running = this.#running.get(id);
      if (running === undefined) continue;
      running.stage = isMoved(bodyOf(running)) ? 'moved' : 'posted';
      this.#options.onOffer(running.place, id);
      batch.push(running);
    }
    const { owned, transfer } = ownedBodies(batch.map(bodyOf));
    const items = batch.map(
      ({ id, place, work }, index): WorkItem => ({
        id,
        place,
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
          // Field by field: to copy an object and add to it takes longer than all else here.
          return {
            type: 'done',
            method: begun.method,
            replyTo: begun.replyTo,
            reply: outcome.reply,
            failure: outcome.failure,
            expected: outcome.expected,
            cancelled: clock.reason,
            notifications: outcome.notifications,
          };
        default:
          return outcome;
      }
    });
  }

  /** Takes back the one that has waited longest, if any waits. */
  withdrawFirst(): boolean {
    return [...this.#running.keys()].some((id) => this.#withdraw(id));
  }

  /** Takes back all that wait. */
  withdrawAll(): void {
    while (this.withdrawFirst());
  }

  /** The host is gone, and all that it had begun with it. */
  loseAll(error: Error): void {
    for (const id of [...this.#running.keys()]) {
      if (!this.#takeBack(id)) this.#settle(id, ({ begun }) => ({ type: 'lost', error, begun }));
    }
  }

  /** Resolves when nothing runs. */
  async empty(): Promise<void> {
    while (this.#running.size > 0) await this.#emptied.wait();
  }

  /** Sends what can begin, and ahead of that what can be taken back, in the order of their coming. */
  #sendHeld(): void {
    const { slots, onSend } = this.#options;
    for (let id = this.#held[0]; id !== undefined; id = this.#held[0]) {
      const running = this.#running.get(id);
      if (running !== undefined) {
        if (this.#sent >= slots && isMoved(bodyOf(running))) return;
        running.stage = 'leaving';
        this.#sent++;
        onSend(id);
      }
      this.#held.shift();
    }
  }

  /** Whether others are before it in every slot, unless they have ended meanwhile. */
  #waits(id: number): boolean {
    let before = 0;
    for (const other of this.#running.keys()) {
      if (other === id) break;
      before++;
    }
    return before >= this.#options.slots;
  }

  #withdraw(id: number): boolean {
    return this.#waits(id) && this.#takeBack(id);
  }

  /** @returns Whether it had not begun. */
  #takeBack(id: number): boolean {
    const running = this.#running.get(id);
    if (running === undefined) return false;
    const { stage, place } = running;
    if (stage === 'moved') return false;
    if (stage === 'posted' && !this.#options.takeBack(place, id)) return false;
    this.#settle(id, () => ({ type: 'withdrawn' }));
    return true;
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
    if (running.stage !== 'held') this.#sent--;
    running.clock.end();
    this.#freePlaces.push(running.place);
    this.#options.onFreed(running.place);
    running.resolve(outcomeOf(running));
    if (this.#held.length > 0) this.#sendHeld();
    if (this.#running.size === 0) this.#emptied.wake();
  }
}

function bodyOf({ work: { body, ownsBody = false } }: Pick<Running, 'work'>): CrossingBody {
  return { body, isOurs: ownsBody };
}

/** In place of what a host has not told, which it always does. */
const unknownRequest: Pick<Begun, 'method' | 'replyTo'> = { method: '', replyTo: undefined };

/** The execution of a request that came when nothing could run it. */
export function lostAtOnce(why: string): Execution {
  const outcome: Outcome = { type: 'lost', error: new ClosedError(why), begun: undefined };
  return { outcome: Promise.resolve(outcome), cancel() {}, withdraw() {} };
}
