import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Inbox } from './inbox.ts';
import { type MakeDriver, openStage, outgoing, takeOne, takeTexts } from './stage.ts';

/** What arrives is what was sent. */
export function describeBodies(makeDriver: MakeDriver): void {
  describe('bodies', () => {
    it.each([
      ['no bytes', new Uint8Array()],
      ['every byte', Uint8Array.from({ length: 256 }, (_, byte) => byte)],
      ['bytes that are no UTF-8', Uint8Array.of(0xff, 0xfe, 0x00, 0xc3, 0x28, 0xed, 0xa0, 0x80)],
      ['1 MiB', new Uint8Array(randomBytes(1024 * 1024))],
    ])('arrive as they were sent: %s', async (_what, body) => {
      const { driver, topic, exchange, listen } = await openStage(makeDriver);
      const listener = await listen('a');

      await driver.send({ type: 'target', target: { exchange, topic } }, { ...outgoing(''), body });

      const message = await takeOne(listener);
      expect(message.body).toBeInstanceOf(Uint8Array);
      expect(Buffer.from(message.body).equals(body)).toBe(true);
    });

    it('may be views of larger buffers', async () => {
      const { driver, topic, exchange, listen } = await openStage(makeDriver);
      const listener = await listen('a');
      const body = Buffer.from('before|the body|after').subarray(7, 15);

      await driver.send({ type: 'target', target: { exchange, topic } }, { ...outgoing(''), body });

      expect(Buffer.from((await takeOne(listener)).body).toString()).toBe('the body');
    });

    it('are the sender’s again once the send has settled', async () => {
      const { driver, topic, exchange, listen, send } = await openStage(makeDriver);
      const listener = await listen('a', 1);
      const message = outgoing('as sent');
      await send('first');

      await driver.send({ type: 'target', target: { exchange, topic } }, message);
      message.body.fill(0);

      expect(await takeTexts(listener, 1)).toEqual(['first']);
      expect(await takeTexts(listener, 1)).toEqual(['as sent']);
    });

    it('arrive once each when a thousand are sent at once', async () => {
      const stage = await openStage(makeDriver);
      const inbox = new Inbox();
      inbox.attach('a', await stage.listen('a', 50), (message) => message.acknowledge());
      const texts = Array.from({ length: 1000 }, (_, n) => `${n}`);

      await Promise.all(texts.map((text) => stage.send(text)));
      await inbox.atLeast(1000);
      await stage.send('last');
      await inbox.atLeast(1001);

      const sorted = inbox.received.map(({ text }) => text).toSorted();
      expect(sorted).toEqual([...texts, 'last'].toSorted());
    });

    it('come with the content type of the wire, and headers without a prototype', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a');
      await stage.send('1');

      const { contentType, headers } = await takeOne(listener);

      expect(contentType).toBe('application/json');
      expect(Object.getPrototypeOf(headers)).toBeNull();
      expect(Object.keys(headers)).toEqual([]);
    });

    it('come with another content type if they were sent with one', async () => {
      const { driver, topic, exchange, listen } = await openStage(makeDriver);
      const listener = await listen('a');
      const message = { ...outgoing(''), contentType: 'application/msgpack' };

      await driver.send({ type: 'target', target: { exchange, topic } }, message);

      expect((await takeOne(listener)).contentType).toBe('application/msgpack');
    });

    it('come with the headers that were sent, their compression among them', async () => {
      const { driver, topic, exchange, listen } = await openStage(makeDriver);
      const listener = await listen('a');
      const headers = { one: '1', text: 'naïve ☃', constructor: 'own' };
      const message = { ...outgoing(''), headers, compression: 'application/x-gzip' };

      await driver.send({ type: 'target', target: { exchange, topic } }, message);

      const arrived = (await takeOne(listener)).headers;
      expect({ ...arrived }).toEqual({ ...headers, compression: 'application/x-gzip' });
      expect(Object.getPrototypeOf(arrived)).toBeNull();
    });

    it('come with the same headers to every server of a fanout', async () => {
      const { driver, topic, exchange, listen } = await openStage(makeDriver);
      const listeners = [await listen('a'), await listen('b')];
      const target = { exchange, topic, fanout: true };

      await driver.send({ type: 'target', target }, { ...outgoing(''), headers: { one: '1' } });

      for (const listener of listeners) {
        expect({ ...(await takeOne(listener)).headers }).toEqual({ one: '1' });
      }
    });
  });
}
