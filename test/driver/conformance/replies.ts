import { describe, expect, it } from 'vitest';
import type { Driver } from '../../../src/driver/driver.ts';
import { deferred } from '../../../src/waiting.ts';
import {
  type MakeDriver,
  openDriver,
  outgoing,
  replyTo,
  textOf,
  unknownReplyQueue,
} from './stage.ts';

/** Takes replies and waits for them. */
class Replies {
  readonly texts: string[] = [];
  #arrived = deferred<void>();

  readonly take = (body: Uint8Array): void => {
    this.texts.push(textOf({ body }));
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
      const received = deferred<Uint8Array>();
      const queue = await client.takeReplies(received.resolve);
      const body = Uint8Array.from({ length: 256 }, (_, byte) => byte);

      await client.send(replyTo(queue), { ...outgoing(''), body }, { mandatory: true });

      expect(Buffer.from(await received.promise).equals(body)).toBe(true);
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
}
