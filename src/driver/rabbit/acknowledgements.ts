import type { Channel, Message } from 'amqplib';

/**
 * Acknowledges the deliveries of one channel together, at the end of a turn of the event loop: those
 * with nothing unsettled before them take one frame, however many they are.
 *
 * The broker handles fewer frames, and so do we; `bench/` has what it gains.
 */
export class Acknowledgements {
  readonly #channel: Channel;
  readonly #isOpen: () => boolean;
  /** The delivery tags that are not settled, in their order, which is that of arrival. */
  readonly #unsettled = new Set<number>();
  #pending: Message[] = [];

  /** @param isOpen - Whether the channel can still be written to; amqplib throws when it can't. */
  constructor(channel: Channel, isOpen: () => boolean) {
    this.#channel = channel;
    this.#isOpen = isOpen;
  }

  /** How many deliveries are not settled. */
  get unsettled(): number {
    return this.#unsettled.size;
  }

  /** A delivery that is yet to be settled; to be called in the order of arrival. */
  add({ fields }: Message): void {
    this.#unsettled.add(fields.deliveryTag);
  }

  /** The delivery is settled by another verb. */
  remove({ fields }: Message): void {
    this.#unsettled.delete(fields.deliveryTag);
  }

  acknowledge(message: Message): void {
    this.remove(message);
    this.#pending.push(message);
    if (this.#pending.length === 1) setImmediate(() => this.flush());
  }

  /** Sends what is to be acknowledged now; to be called before the channel is closed. */
  flush(): void {
    const pending = this.#pending;
    this.#pending = [];
    if (!this.#isOpen()) return; // The broker delivers them again.
    const [oldest = Number.POSITIVE_INFINITY] = this.#unsettled;
    let last: Message | undefined;
    for (const message of pending) {
      const { deliveryTag } = message.fields;
      if (deliveryTag > oldest) this.#channel.ack(message);
      else if (deliveryTag > (last?.fields.deliveryTag ?? 0)) last = message;
    }
    if (last !== undefined) this.#channel.ack(last, true);
  }
}
