import type { CancelReason } from '../../cancel-reason.ts';
import { ClosedError, MalformedMessage } from '../../errors.ts';
import { SlotMap } from '../../slot-map.ts';
import type { Begun, Execution, Outcome, Work } from '../executor.ts';
import { Wakeup } from '../wakeup.ts';
import { HostCall, type HostCallOwner } from './host-call.ts';
import {
  type CrossingBody,
  type DoneItem,
  type HostOutcome,
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

/** The calls that a host has, each in a place of its own, as the runtime's thread knows them. */
export class HostCalls implements HostCallOwner {
  readonly graceMs: number;
  readonly #options: HostCallsOptions;
  readonly #running = new SlotMap<number, HostCall>();
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
    this.graceMs = options.graceMs;
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
    const call = new HostCall(this, this.#nextId++, place, work, onBegin);
    this.#running.set(call.id, call);
    this.#held.push(call.id);
    this.#sendHeld();
    return call;
  }

  /** What is sent of requests that are still here, and the buffers that move with it. */
  itemsOf(ids: readonly number[]): { items: WorkItem[]; transfer: ArrayBuffer[] } {
    const batch: HostCall[] = [];
    for (const id of ids) {
      const call = this.#running.get(id);
      if (call === undefined) continue;
      call.stage = isMoved(bodyOf(call)) ? 'moved' : 'posted';
      this.#options.onOffer(call.place, id);
      batch.push(call);
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
    const call = this.#running.get(id);
    if (call === undefined) return undefined;
    const mayBegin = call.onBegin(begun);
    const asks = call.work.asksToBegin ?? false;
    if (mayBegin || !asks) call.begun = begun;
    return asks ? mayBegin : undefined;
  }

  complete({ id, outcome }: DoneItem): void {
    const call = this.#running.get(id);
    if (call !== undefined) this.#settle(call, () => outcomeOf(call, outcome));
  }

  /** Takes it back if it waits for others to end; false if it does not. */
  withdraw(call: HostCall): boolean {
    return this.#waits(call) && this.#takeBack(call);
  }

  /** It has begun, and is to stop. */
  stop({ id, place }: HostCall, reason: CancelReason): void {
    this.#options.onCancel(id, place, reason);
  }

  /** It was told to stop, and has not. */
  overrun(call: HostCall, reason: CancelReason): void {
    const { id, begun } = call;
    if (begun !== undefined) this.#overdue.set(id, begun);
    this.#settle(call, () => ({ type: 'cancelled', reason, begun }));
    this.#options.onOverrun();
  }

  /** Takes back the one that has waited longest, if any waits. */
  withdrawFirst(): boolean {
    return [...this.#running.values()].some((call) => this.withdraw(call));
  }

  /** Takes back all that wait. */
  withdrawAll(): void {
    while (this.withdrawFirst());
  }

  /** The host is gone, and all that it had begun with it. */
  loseAll(error: Error): void {
    for (const call of [...this.#running.values()]) {
      if (this.#takeBack(call)) continue;
      this.#settle(call, () => ({ type: 'lost', error, begun: call.begun }));
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
      const call = this.#running.get(id);
      if (call !== undefined) {
        if (this.#sent >= slots && isMoved(bodyOf(call))) return;
        call.stage = 'leaving';
        this.#sent++;
        onSend(id);
      }
      this.#held.shift();
    }
  }

  /** Whether others are before it in every slot, unless they have ended meanwhile. */
  #waits({ id }: HostCall): boolean {
    let before = 0;
    for (const other of this.#running.keys()) {
      if (other === id) break;
      before++;
    }
    return before >= this.#options.slots;
  }

  /** @returns Whether it had not begun. */
  #takeBack(call: HostCall): boolean {
    const { id, stage, place } = call;
    if (stage === 'moved' || !this.#running.has(id)) return false;
    if (stage === 'posted' && !this.#options.takeBack(place, id)) return false;
    this.#settle(call, () => withdrawn);
    return true;
  }

  /** @param outcome - Asked for when the call has ended: only then is it known whether it was in time. */
  #settle(call: HostCall, outcome: () => Outcome): void {
    if (!this.#running.delete(call.id)) return;
    if (call.stage !== 'held') this.#sent--;
    call.end();
    this.#freePlaces.push(call.place);
    this.#options.onFreed(call.place);
    call.resolve(outcome());
    if (this.#held.length > 0) this.#sendHeld();
    if (this.#running.size === 0) this.#emptied.wake();
  }
}

const withdrawn: Outcome = { type: 'withdrawn' };

/** What came of a call, from what its host says of it. */
function outcomeOf(call: HostCall, outcome: HostOutcome): Outcome {
  switch (outcome.type) {
    case 'malformed':
      return { type: 'malformed', error: new MalformedMessage(outcome.message) };
    case 'done': {
      const { method, replyTo } = call.begun ?? unknownRequest;
      // Field by field: to copy an object and add to it takes longer than all else here.
      return {
        type: 'done',
        method,
        replyTo,
        reply: outcome.reply,
        failure: outcome.failure,
        expected: outcome.expected,
        cancelled: call.cancelled,
        notifications: outcome.notifications,
      };
    }
    default:
      return outcome;
  }
}

function bodyOf({ work: { body, ownsBody = false } }: HostCall): CrossingBody {
  return { body, isOurs: ownsBody };
}

/** In place of what a host has not told, which it always does. */
const unknownRequest: Pick<Begun, 'method' | 'replyTo'> = { method: '', replyTo: undefined };

/** The execution of a request that came when nothing could run it. */
export function lostAtOnce(why: string): Execution {
  const outcome: Outcome = { type: 'lost', error: new ClosedError(why), begun: undefined };
  return { outcome: Promise.resolve(outcome), cancel() {}, withdraw() {} };
}
