import type { Channel, ChannelModel } from 'amqplib';
import { Acknowledgements } from './acknowledgements.ts';
import { connectionOf, numberOf } from './amqplib-internals.ts';
import { ChannelWriter } from './channel-writer.ts';
import type { OnDelivery } from './delivery.ts';
import { FrameReader } from './frame-reader.ts';
import { Outbox } from './outbox.ts';
import type { Publication } from './publish-frames.ts';

/** How a {@link ChannelTraffic} and its session work together. */
export interface ChannelTrafficOptions {
  /** Whether anything still counts that is sent or delivered. */
  readonly isOpen: () => boolean;
  /** A consumer has thrown. */
  readonly onError: (error: unknown) => void;
}

/** Takes the broker's word on publishes; see {@link FrameHandlers.onConfirm}. */
export type OnConfirm = (tag: number, multiple: boolean, isTaken: boolean) => void;

/**
 * What goes over a confirm channel for each message: publishes and confirms, deliveries and what settles
 * them. Connection and channel, topology and consumers are amqplib's.
 */
export class ChannelTraffic {
  readonly #options: ChannelTrafficOptions;
  readonly #writer: ChannelWriter;
  readonly #outbox: Outbox;
  readonly #acknowledgements: Acknowledgements;
  readonly #consumers = new Map<string, OnDelivery>();
  #onConfirm: OnConfirm = () => {};
  #published = 0;

  /** To be made before anything is consumed or published on the channel, in confirm mode. */
  constructor(model: ChannelModel, channel: Channel, options: ChannelTrafficOptions) {
    this.#options = options;
    const connection = connectionOf(model);
    const { stream } = connection;
    this.#outbox = new Outbox(stream);
    // amqplib keeps a channel's methods for a turn; what is written here must not overtake them, such as
    // what is given back the end of its consumer.
    const own = connection.channels[numberOf(channel)];
    if (own !== undefined) own.buffer = { write: (bytes) => stream.write(bytes), end() {} };
    this.#writer = new ChannelWriter(model, channel, this.#outbox);
    this.#acknowledgements = new Acknowledgements(this.#writer);
    this.#outbox.beforeSending(() => this.flush());
    new FrameReader(model, channel, {
      consumer: (tag) => this.#consumers.get(tag),
      onConfirm: (tag, multiple, isTaken) => this.#onConfirm(tag, multiple, isTaken),
    });
  }

  /** Has a function take the deliveries of a consumer, from before it is declared. */
  onDelivery(consumerTag: string, take: OnDelivery): void {
    const { isOpen, onError } = this.#options;
    this.#consumers.set(consumerTag, (delivery) => {
      if (!isOpen()) return; // The broker delivers it again.
      try {
        take(delivery);
      } catch (error) {
        onError(error);
      }
    });
  }

  /** Has a function told what the broker says of what is published. */
  onConfirm(tell: OnConfirm): void {
    this.#onConfirm = tell;
  }

  /**
   * Publishes at the end of this turn of the event loop.
   *
   * @returns Its tag, by which the broker confirms it.
   * @throws RangeError when the message can't be written as frames; nothing is sent then.
   */
  publish(message: Publication): number {
    this.#writer.publish(message);
    this.#published += 1;
    return this.#published;
  }

  /** How many deliveries are not settled. */
  get unsettled(): number {
    return this.#acknowledgements.unsettled;
  }

  /** A delivery that one of the verbs below will settle; to be called in the order of arrival. */
  arrived(deliveryTag: number): void {
    this.#acknowledgements.add(deliveryTag);
  }

  acknowledge(deliveryTag: number): void {
    this.#acknowledgements.acknowledge(deliveryTag);
    this.#outbox.schedule();
  }

  /** Gives a delivery back to its queue as one that was not tried. */
  requeue(deliveryTag: number): void {
    this.#acknowledgements.remove(deliveryTag);
    this.#writer.requeue(deliveryTag);
  }

  /** @param requeue - Whether it is to come again; else it is dead-lettered where the queue says so. */
  reject(deliveryTag: number, requeue: boolean): void {
    this.#acknowledgements.remove(deliveryTag);
    this.#writer.reject(deliveryTag, requeue);
  }

  /** Writes what is to be acknowledged; to be called before the channel is closed. */
  flush(): void {
    if (this.#options.isOpen()) this.#acknowledgements.flush();
  }
}
