import { ClosedError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ServerTarget } from '../../target.ts';
import type { WaitOptions } from '../../waiting.ts';
import type {
  Destination,
  Driver,
  Listener,
  ListenOptions,
  OutgoingMessage,
  SendOptions,
} from '../driver.ts';
import type { TransportUrl } from '../transport-url.ts';
import { RabbitListener } from './rabbit-listener.ts';
import { defaultRabbitOptions, type RabbitOptions } from './rabbit-options.ts';
import { ReplyConsumer } from './reply-consumer.ts';
import { Sender } from './sender.ts';
import { Topology } from './topology.ts';
import { resolveTopologyOptions } from './topology-options.ts';

/** What a {@link RabbitDriver} is made of. */
export interface RabbitDriverOptions {
  readonly url: TransportUrl;
  /** The exchange of targets that name none. */
  readonly controlExchange: string;
  readonly log: Log;
  readonly rabbit?: RabbitOptions | undefined;
}

/**
 * Talks to RabbitMQ with oslo.messaging's topology, over three connections at the most: one a
 * listener, one to send, one to take replies. Each is made when it is first needed.
 */
export class RabbitDriver implements Driver {
  readonly kind = 'rabbit';
  readonly #topology: Topology;
  readonly #connection: ConstructorParameters<typeof Sender>[0];
  readonly #sender: Sender;
  readonly #listeners = new Set<RabbitListener>();
  #replies: ReplyConsumer | undefined;
  #closing: Promise<void> | undefined;

  constructor({ url, controlExchange, log, rabbit }: RabbitDriverOptions) {
    const { topology, ...options } = rabbit ?? {};
    this.#topology = new Topology(controlExchange, resolveTopologyOptions(topology));
    this.#connection = { url, options: { ...defaultRabbitOptions, ...options }, log };
    this.#sender = new Sender(this.#connection);
  }

  async open(options: WaitOptions = {}): Promise<void> {
    this.#assertOpen();
    await this.#sender.open(options);
  }

  async listen(target: ServerTarget, options: ListenOptions): Promise<Listener> {
    this.#assertOpen();
    const listener = new RabbitListener({
      target,
      subscriptions: this.#topology.subscriptions(target),
      prefetch: options.prefetch,
      connection: this.#connection,
    });
    this.#listeners.add(listener);
    try {
      await listener.start(options);
    } catch (error) {
      this.#listeners.delete(listener);
      throw error;
    }
    return listener;
  }

  send(
    destination: Destination,
    message: OutgoingMessage,
    options: SendOptions = {},
  ): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(closed());
    const route =
      destination.type === 'reply'
        ? this.#topology.routeToQueue(destination.queue)
        : this.#topology.routeToTarget(destination.target);
    return this.#sender.send(route, message, options);
  }

  async takeReplies(
    onReply: (body: Uint8Array) => void,
    options: WaitOptions = {},
  ): Promise<string> {
    this.#assertOpen();
    this.#replies ??= new ReplyConsumer(this.#topology.replies(), onReply, this.#connection);
    return await this.#replies.ready(options);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // In the order of a message: what takes in goes first, what answers goes last.
  async #close(): Promise<void> {
    await Promise.all([...this.#listeners].map((listener) => listener.close()));
    await this.#replies?.close();
    await this.#sender.close();
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw closed();
  }
}

function closed(): ClosedError {
  return new ClosedError('the transport is closed');
}
