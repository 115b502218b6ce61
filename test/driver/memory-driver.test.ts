import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { MemoryDriver } from '../../src/driver/memory/memory-driver.ts';
import { parseTransportUrl } from '../../src/driver/transport-url.ts';
import { pause } from '../../src/waiting.ts';
import { openStage, takeOne, takeTexts } from './conformance/stage.ts';
import { describeDriverConformance } from './conformance.ts';

const driverAt = (url: string): MemoryDriver =>
  new MemoryDriver({ url: parseTransportUrl(url), controlExchange: 'openstack' });

const makeDriver = (): MemoryDriver => driverAt('memory://');

describeDriverConformance('memory', makeDriver, { requeueKeepsPlace: true });

describe('MemoryDriver', () => {
  it('shares a broker with drivers whose URLs name the same host and virtual host', async () => {
    const name = randomUUID();
    const stage = await openStage(() => driverAt(`memory://${name}/host`));
    const same = await openStage(() => driverAt(`memory://${name}/host?ignored=1`), stage);
    const otherName = await openStage(() => driverAt(`memory://${name}-2/host`), stage);
    const otherHost = await openStage(() => driverAt(`memory://${name}/host-2`), stage);
    const listener = await stage.listen('a');

    for (const other of [otherName, otherHost]) {
      await expect(other.send('lost', {}, { mandatory: true })).rejects.toThrow(/^no queue takes/);
    }
    await same.send('heard');

    expect(await takeTexts(listener, 1)).toEqual(['heard']);
  });

  it('says how many messages a stopping listener gave back', async () => {
    const stage = await openStage(makeDriver);
    const listener = await stage.listen('a', 3);
    for (const text of ['1', '2', '3', '4']) await stage.send(text);
    await takeOne(listener);

    expect(await listener.stop()).toBe(2);
  });

  it('delivers a message that expires at once if a listener is free', async () => {
    const stage = await openStage(makeDriver);
    const listener = await stage.listen('a', 1);
    await stage.send('1', {}, { expirationMs: 0 });
    await stage.send('too late', {}, { expirationMs: 0 });
    const first = await takeOne(listener);
    await pause(5);
    first.acknowledge();
    await stage.send('2');

    expect(await takeTexts(listener, 1)).toEqual(['2']);
  });

  it('removes the fanout queue of a listener that closes', async () => {
    const stage = await openStage(makeDriver);
    const listener = await stage.listen('a');
    await stage.send('heard', { fanout: true }, { mandatory: true });

    await listener.close();

    await expect(stage.send('lost', { fanout: true }, { mandatory: true })).rejects.toThrow();
  });

  it('takes its reply queue along when it closes', async () => {
    const client = makeDriver();
    const server = makeDriver();
    const queue = await client.takeReplies(() => {});
    await client.close();

    const message = { body: new Uint8Array() };
    const sending = server.send({ type: 'reply', queue }, message, { mandatory: true });

    await expect(sending).rejects.toThrow('no queue takes messages for reply_');
  });

  it('deals out a long queue in linear time', async () => {
    const stage = await openStage(makeDriver);
    await (await stage.listen('a')).close();
    const count = 10_000;
    await Promise.all(Array.from({ length: count }, (_, n) => stage.send(`${n}`)));
    const started = performance.now();

    // Taken, given back as a whole, and taken again one by one.
    const hoarder = await stage.listen('a', count);
    expect(await hoarder.stop()).toBe(count);
    const listener = await stage.listen('b', 64);
    for (let n = 0; n < count; n += 1) (await takeOne(listener)).acknowledge();

    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('lets timers fire while messages go round', async () => {
    const stage = await openStage(makeDriver);
    const listener = await stage.listen('a', 1);
    let isOver = false;
    setTimeout(() => {
      isOver = true;
    }, 5);

    await stage.send('round');
    for (let rounds = 0; rounds < 100_000 && !isOver; rounds += 1) {
      (await takeOne(listener)).requeue();
    }

    expect(isOver).toBe(true);
  });

  it('works while a test holds the clock', async () => {
    const stage = await openStage(makeDriver);
    const listener = await stage.listen('a');
    vi.useFakeTimers();
    try {
      await stage.send('1');
      expect(await takeTexts(listener, 1)).toEqual(['1']);
    } finally {
      vi.useRealTimers();
    }
  });
});
