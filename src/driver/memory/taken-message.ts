import type { RollEntry } from '../../roll.ts';
import type { IncomingMessage } from '../driver.ts';
import type { QueuedMessage } from './message-list.ts';

/** What settles a message; each does nothing for one that is settled. */
export interface Settling {
  forget(entry: RollEntry<QueuedMessage>): void;
  giveBack(entries: readonly RollEntry<QueuedMessage>[]): void;
}

/** A message that a consumer has taken from its queue. */
export class TakenMessage implements IncomingMessage {
  readonly arrivedAt: number = performance.now();
  // The sender has it, and every other queue that it went to.
  readonly ownsBody = false;
  readonly consumer: Settling;
  /** Its place among those that its consumer is yet to settle. */
  readonly entry: RollEntry<QueuedMessage>;

  constructor(consumer: Settling, entry: RollEntry<QueuedMessage>) {
    this.consumer = consumer;
    this.entry = entry;
  }

  get body(): Uint8Array {
    return this.entry.value.message.body;
  }

  get contentType(): string {
    return this.entry.value.message.contentType;
  }

  get headers(): Readonly<Record<string, unknown>> {
    return this.entry.value.message.headers;
  }

  get expirationMs(): number | undefined {
    return this.entry.value.message.expirationMs;
  }

  get redelivered(): boolean {
    return this.entry.value.redelivered;
  }

  acknowledge(): void {
    this.consumer.forget(this.entry);
  }

  requeue(): void {
    this.consumer.giveBack([this.entry]);
  }

  /** As {@link requeue}: no queue here has a delivery limit. */
  retry(): void {
    this.requeue();
  }

  reject(): void {
    this.consumer.forget(this.entry);
  }
}
