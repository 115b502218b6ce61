import { connect, type Transport } from 'greenroom';
import { onTestFinished } from 'vitest';
import { newId } from '../../src/wire/ids.ts';
import { encodeRequest } from '../../src/wire/request.ts';
import { brokerUrl } from '../support/broker.ts';

/** Sends calls of `echo` and counts replies, without reading or writing a body, which would take its time. */
export class Firehose {
  readonly #transport: Transport;
  readonly #topic: string;
  readonly #replyQueue: string;
  readonly #onReply: (() => void)[];
  replies = 0;

  private constructor(
    transport: Transport,
    topic: string,
    replyQueue: string,
    onReply: (() => void)[],
  ) {
    this.#transport = transport;
    this.#topic = topic;
    this.#replyQueue = replyQueue;
    this.#onReply = onReply;
  }

  static async open(topic: string): Promise<Firehose> {
    const transport = await connect(await brokerUrl());
    onTestFinished(() => transport.close());
    const waiting: (() => void)[] = [];
    const queue = await transport.driver.takeReplies(() => waiting.shift()?.());
    return new Firehose(transport, topic, queue, waiting);
  }

  /** Keeps so many calls with bodies of that size in flight for a while; resolves with how many were answered. */
  async run(bodyBytes: number, inFlight: number, ms: number): Promise<number> {
    const until = performance.now() + ms;
    let answered = 0;
    const caller = async (): Promise<void> => {
      const body = this.#request(bodyBytes);
      while (performance.now() < until) {
        body.renew();
        const replied = new Promise<void>((resolve) => this.#onReply.push(resolve));
        await this.#transport.driver.send(
          { type: 'target', target: { topic: this.#topic } },
          { body: body.bytes },
        );
        await replied;
        answered++;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, caller));
    return answered;
  }

  #request(bodyBytes: number): { readonly bytes: Buffer; renew(): void } {
    const uniqueId = newId();
    const bytes = encodeRequest({
      method: 'echo',
      args: { value: 'x'.repeat(bodyBytes) },
      context: {},
      uniqueId,
      call: { msgId: newId(), replyQueue: this.#replyQueue },
    });
    const at = bytes.indexOf(uniqueId);
    return { bytes, renew: () => bytes.write(newId(), at, 'latin1') };
  }
}
