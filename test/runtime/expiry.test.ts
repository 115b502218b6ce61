import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { encodeRequest } from '../../src/wire/request.ts';
import { memory, openTheatre } from './theatre.ts';

describe('a call whose caller has given up', () => {
  it('is not started', async () => {
    const { client, runtime, stage, topic, transport, lines } = await openTheatre(memory);
    await runtime().start({ executor: 'blocking' });
    const held = client.call({}, 'hold');
    await stage.untilEntered(1);
    const call = { msgId: 'late', replyQueue: 'reply_to_nobody' };
    const body = encodeRequest({ method: 'note', args: {}, context: {}, call });
    const sentAt = performance.now();
    await transport.driver.send({ type: 'target', target: { topic } }, { body, expirationMs: 5 });
    const last = client.call({}, 'echo', { value: 'in time' });
    while (performance.now() < sentAt + 30) await nextTurn();
    stage.release();
    await held;
    expect(await last).toBe('in time');
    expect(stage.entered).toBe(1);
    expect(lines).toMatchObject([
      { level: 'info', message: 'dropped a call that nobody waits for any more' },
    ]);
  });

  it('aborts the signal of its method when it runs', async () => {
    const { runtime, stage, topic, transport } = await openTheatre(memory);
    await runtime().start({ executor: 'async' });
    const call = { msgId: 'late', replyQueue: 'reply_to_nobody' };
    const body = encodeRequest({ method: 'untilAborted', args: {}, context: {}, call });
    await transport.driver.send({ type: 'target', target: { topic } }, { body, expirationMs: 50 });
    await stage.untilEntered(1);
    await expect.poll(() => stage.running, { timeout: 20_000 }).toBe(0);
  });
});
