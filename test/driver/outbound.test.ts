import { describe, expect, it } from 'vitest';
import { Outbound } from '../../src/driver/outbound.ts';
import { CallCancelled, OutboundFull } from '../../src/index.ts';

/** Sends over an outbound whose messages arrive when they are told to. */
function open(limits: { maxMessages: number; maxBytes: number }) {
  const outbound = new Outbound(limits);
  const underWay: { readonly name: string; readonly arrive: () => void }[] = [];
  const send = (name: string, bytes: number, timeoutMs?: number, signal?: AbortSignal) =>
    outbound.send({ timeoutMs, signal }, () => {
      outbound.enter(bytes);
      return new Promise((resolve) => {
        const arrive = (): void => {
          underWay.splice(underWay.indexOf(entry), 1);
          outbound.left(bytes);
          resolve();
        };
        const entry = { name, arrive };
        underWay.push(entry);
      });
    });
  const names = (): string[] => underWay.map(({ name }) => name);
  return { outbound, send, names, arrive: () => underWay[0]?.arrive() };
}

describe('Outbound', () => {
  it('sends at once while there is room, and in order once there is again', async () => {
    const { outbound, send, names, arrive } = open({ maxMessages: 2, maxBytes: 100 });
    const sent = ['a', 'b', 'c', 'd'].map((name) => send(name, 1, 60_000));
    expect(names()).toEqual(['a', 'b']);
    expect(outbound.load).toEqual({ messages: 2, bytes: 2 });
    arrive();
    expect(names()).toEqual(['b', 'c']);
    const late = send('late', 1, 60_000);
    arrive();
    arrive();
    expect(names()).toEqual(['d', 'late']);
    arrive();
    arrive();
    await Promise.all([...sent, late]);
    expect(outbound.load).toEqual({ messages: 0, bytes: 0 });
  });

  it('counts bytes, and lets one message pass that is larger than all', async () => {
    const { send, names, arrive } = open({ maxMessages: 10, maxBytes: 100 });
    const sent = [send('small', 99, 60_000), send('huge', 1_000, 60_000), send('next', 1, 60_000)];
    expect(names()).toEqual(['small', 'huge']);
    arrive();
    expect(names()).toEqual(['huge']);
    arrive();
    expect(names()).toEqual(['next']);
    arrive();
    await Promise.all(sent);
  });

  it('fails at once who does not wait, in time who does, and leaves nothing of either', async () => {
    const { send, names, arrive } = open({ maxMessages: 1, maxBytes: 100 });
    const first = send('first', 1);
    await expect(send('hasty', 1)).rejects.toThrow(OutboundFull);
    await expect(send('patient', 1, 5)).rejects.toThrow(
      'there was no room for another message for 5 ms: 1 messages of 1 bytes are on their way to ' +
        'the broker, and 0 wait to be; await what was sent, or raise rabbit.outbound.maxMessages or maxBytes',
    );
    const leaving = new AbortController();
    const left = send('leaving', 1, 60_000, leaving.signal);
    leaving.abort();
    await expect(left).rejects.toThrow(CallCancelled);
    arrive();
    await first;
    expect(names()).toEqual([]);
  });

  it('lets only so many wait', async () => {
    const { outbound, send, arrive } = open({ maxMessages: 1, maxBytes: 100 });
    const sent = Array.from({ length: 11 }, () => send('x', 1, 60_000));
    await expect(send('one more', 1, 60_000)).rejects.toThrow(OutboundFull);
    await expect(outbound.waitAside(async () => 'there')).rejects.toThrow(OutboundFull);
    for (const _ of sent) arrive();
    await Promise.all(sent);
    expect(await outbound.waitAside(async () => 'there')).toBe('there');
  });

  it('fails the sender whose message cannot be made, and goes on with the next', async () => {
    const { outbound, send, names, arrive } = open({ maxMessages: 1, maxBytes: 100 });
    const first = send('first', 1);
    const bad = outbound.send({ timeoutMs: 60_000 }, () => {
      throw new TypeError('not to be encoded');
    });
    const good = send('good', 1, 60_000);
    arrive();
    await expect(bad).rejects.toThrow('not to be encoded');
    expect(names()).toEqual(['good']);
    arrive();
    await Promise.all([first, good]);
  });

  it('tells who wants no more than room when nobody else waits for it', async () => {
    const { outbound, send, arrive } = open({ maxMessages: 1, maxBytes: 100 });
    const sent = [send('a', 1), send('b', 1, 60_000)];
    let isTold = false;
    const told = outbound.whenRoom().then(() => {
      isTold = true;
    });
    arrive();
    await sent[0];
    expect(isTold).toBe(false);
    arrive();
    await told;
    await outbound.whenRoom();
    await Promise.all(sent);
  });
});
