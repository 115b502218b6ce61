import { describe, expect, it } from 'vitest';
import type { ArrivedReply, Driver } from '../../../src/driver/driver.ts';
import { deferred } from '../../../src/waiting.ts';
import {
  type MakeDriver,
  openDriver,
  openStage,
  outgoing,
  replyTo,
  takeTexts,
  textOf,
  unknownReplyQueue,
} from './stage.ts';

/** Takes replies and waits for them. */
class Replies {
  readonly texts: string[] = [];
  #arrived = deferred<void>();

  readonly take = (reply: ArrivedReply): void => {
    this.texts.push(textOf(reply));
    this.#arrived.resolve();
    this.#arrived = deferred();
  };

  async atLeast(count: number): Promise<string[]> {
    while (this.texts.length < count) await this.#arrived.promise;
    return this.texts;
  }
}

const reply = (driver: Driver, queue: string, text: string): Promise<void> =>
  driver.send(replyTo(queue), outgoing(text), { mandatory: true });

/** The reply queue of a driver. Source: oslo-wire.md 3 and 10. */
export function describeReplies(makeDriver: MakeDriver): void {
  describe('replies', () => {
    it('come by a queue whose name says so and stays the same', async () => {
      const driver = await openDriver(makeDriver);
      const replies = new Replies();

      const [name, same] = await Promise.all([
        driver.takeReplies(replies.take),
        driver.takeReplies(replies.take),
      ]);

      expect(name).toMatch(/^reply_/);
      expect(same).toBe(name);
      expect(await driver.takeReplies(replies.take)).toBe(name);
    });

    it('come by a queue of the driver’s own', async () => {
      const one = await openDriver(makeDriver);
      const two = await openDriver(makeDriver);
      const forOne = new Replies();
      const forTwo = new Replies();
      const queueOne = await one.takeReplies(forOne.take);
      const queueTwo = await two.takeReplies(forTwo.take);

      await reply(one, queueTwo, 'to two');
      await reply(two, queueOne, 'to one');

      expect(await forOne.atLeast(1)).toEqual(['to one']);
      expect(await forTwo.atLeast(1)).toEqual(['to two']);
    });

    it('arrive once each and in order', async () => {
      const client = await openDriver(makeDriver);
      const server = await openDriver(makeDriver);
      const replies = new Replies();
      const queue = await client.takeReplies(replies.take);
      await client.takeReplies(replies.take);
      const texts = Array.from({ length: 50 }, (_, n) => `${n}`);

      for (const text of texts) await reply(server, queue, text);

      expect(await replies.atLeast(50)).toEqual(texts);
    });

    it('arrive with the body that was sent', async () => {
      const client = await openDriver(makeDriver);
      const received = deferred<ArrivedReply>();
      const queue = await client.takeReplies(received.resolve);
      const body = Uint8Array.from({ length: 256 }, (_, byte) => byte);

      await client.send(replyTo(queue), { ...outgoing(''), body }, { mandatory: true });

      expect(Buffer.from((await received.promise).body).equals(body)).toBe(true);
    });

    it('arrive with their content type, and with the headers that were sent', async () => {
      const client = await openDriver(makeDriver);
      const received = deferred<ArrivedReply>();
      const queue = await client.takeReplies(received.resolve);

      await client.send(replyTo(queue), { ...outgoing(''), headers: { name: 'value' } });

      const { contentType, headers } = await received.promise;
      expect(contentType).toBe('application/json');
      expect(headers).toEqual({ name: 'value' });
      expect(Object.getPrototypeOf(headers)).toBeNull();
    });

    it('arrive with another content type if they were sent with one', async () => {
      const client = await openDriver(makeDriver);
      const received = deferred<ArrivedReply>();
      const queue = await client.takeReplies(received.resolve);

      const message = { ...outgoing(''), contentType: 'application/msgpack' };
      await client.send(replyTo(queue), message);

      expect((await received.promise).contentType).toBe('application/msgpack');
    });

    it('never arrive while they are being sent', async () => {
      const client = await openDriver(makeDriver);
      const replies = new Replies();
      const queue = await client.takeReplies(replies.take);

      const sending = reply(client, queue, '1');
      expect(replies.texts).toEqual([]);
      await sending;

      expect(await replies.atLeast(1)).toEqual(['1']);
    });

    it('to a queue that does not exist come back when they are mandatory', async () => {
      const driver = await openDriver(makeDriver);
      await expect(reply(driver, unknownReplyQueue(), 'lost')).rejects.toMatchObject({
        code: 'ERR_GREENROOM_UNDELIVERABLE',
        name: 'MessageUndeliverable',
      });
    });

    it('to a queue that does not exist are lost when they are not', async () => {
      const driver = await openDriver(makeDriver);
      const sending = driver.send(replyTo(unknownReplyQueue()), outgoing('lost'));
      await expect(sending).resolves.toBeUndefined();
    });
  });

  describe('hasConsumer', () => {
    it('says whether somebody takes the replies to a queue', async () => {
      const client = await openDriver(makeDriver);
      const server = await openDriver(makeDriver);
      const queue = await client.takeReplies(() => {});

      expect(await server.hasConsumer(queue)).toBe(true);
      expect(await server.hasConsumer(unknownReplyQueue())).toBe(false);
      await client.close();
      // A broker may keep the queue; it is a moment before it knows that the consumer is gone.
      await expect.poll(() => server.hasConsumer(queue)).toBe(false);
    });

    it('is false for a queue that is there with nobody to take from it', async () => {
      const { driver, topic, listen, send } = await openStage(makeDriver);
      const listener = await listen('a');
      expect(await driver.hasConsumer(topic)).toBe(true);
      await listener.stop();

      expect(await driver.hasConsumer(topic)).toBe(false);
      await send('kept', {}, { mandatory: true });
      expect(await takeTexts(await listen('b'), 1)).toEqual(['kept']);
    });

    it('disturbs nothing that is sent meanwhile', async () => {
      const client = await openDriver(makeDriver);
      const server = await openDriver(makeDriver);
      const replies = new Replies();
      const queue = await client.takeReplies(replies.take);
      const texts = Array.from({ length: 20 }, (_, n) => `${n}`);

      const asked = texts.map(() => server.hasConsumer(unknownReplyQueue()));
      for (const text of texts) await reply(server, queue, text);

      expect(await Promise.all(asked)).toEqual(texts.map(() => false));
      expect(await replies.atLeast(20)).toEqual(texts);
    });
  });
}
