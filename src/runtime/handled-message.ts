import type { RollEntry } from '../roll.ts';
import type { Delivery } from './delivery.ts';

/** A message that has been handed to an executor. */
export class HandledMessage {
  readonly delivery: Delivery;
  readonly entry: RollEntry<Delivery>;
  /** Its `_unique_id`, once it is known. */
  id: string | undefined;
  /** Under which it is known to be running, if it is. */
  runningId: string | undefined;
  /** What ends the dealings with its caller, where there are any. */
  onEnd: (() => void) | undefined;

  constructor(entry: RollEntry<Delivery>, id: string | undefined) {
    this.delivery = entry.value;
    this.entry = entry;
    this.id = id;
  }
}
