import { onTestFinished } from 'vitest';
import type { IncomingMessage, Listener } from '../../src/driver/driver.ts';
import { connect, type Transport } from '../../src/driver/transport.ts';
import { encodeCancelNote, encodeReply } from '../../src/wire/reply.ts';
import { decodeRequest } from '../../src/wire/request.ts';

/** A call as it arrived at a {@link HandServer}. */
export interface ArrivedCall {
  readonly msgId: string;
  readonly replyQueue: string;
  readonly headers: IncomingMessage['headers'];
  /** Gives it back to its queue, so that it is delivered again. */
  requeue(): void;
}

/** A server by hand: does for each call what the test says, and keeps what it was told to cancel. */
export class HandServer {
  readonly cancelled: string[] = [];
  readonly #transport: Transport;
  readonly topic: string;
  #listener: Listener | undefined;

  private constructor(transport: Transport, topic: string) {
    this.#transport = transport;
    this.topic = topic;
    transport.onCancellation((msgId) => {
      this.cancelled.push(msgId);
      return true;
    });
  }

  /** Opens one, on connections of its own; closed with the test. */
  static async open(url: string, topic: string, name = 'server'): Promise<HandServer> {
    const transport = await connect(url);
    onTestFinished(() => transport.close());
    const server = new HandServer(transport, topic);
    await server.#listen(name);
    return server;
  }

  /** Takes the next call; what arrives was sent to this server's topic. */
  async next(): Promise<ArrivedCall> {
    const [message] = (await this.#listener?.poll(1)) ?? [];
    if (message === undefined) throw new Error('the listener stopped');
    const { call } = decodeRequest(message.body);
    const { headers } = message;
    const [msgId, replyQueue] = [String(call?.msgId), String(call?.replyQueue)];
    return { msgId, replyQueue, headers, requeue: () => message.requeue() };
  }

  /** Says that it has begun a call, and where it takes its cancellation. */
  async note({ msgId, replyQueue }: ArrivedCall, queue?: string): Promise<void> {
    const cancelQueue = queue ?? (await this.#transport.replyQueue());
    await this.#send(replyQueue, encodeCancelNote({ msgId, queue: cancelQueue }).body);
  }

  async reply({ msgId, replyQueue }: ArrivedCall, result: unknown): Promise<void> {
    await this.#send(replyQueue, encodeReply({ msgId, result }).body);
  }

  async #send(queue: string, body: Uint8Array): Promise<void> {
    await this.#transport.driver.send({ type: 'reply', queue }, { body }, { mandatory: true });
  }

  async #listen(server: string): Promise<void> {
    const target = { topic: this.topic, server };
    this.#listener = await this.#transport.driver.listen(target, { prefetch: 10 });
  }
}
