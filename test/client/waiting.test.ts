import { describe, expect, it } from 'vitest';
import {
  CallCancelled,
  ClosedError,
  connect,
  MessagingTimeout,
  RPCClient,
} from '../../src/index.ts';
import { errorOf } from '../runtime/theatre.ts';
import { Desk, openOffice } from './served.ts';

const about = {
  target: { topic: 'desk', version: '1.0' },
  method: 'wait',
  msgId: expect.stringMatching(/^[0-9a-f]{32}$/),
};

describe('a call that waits', () => {
  it('gives up after `timeoutMs`, and says what it waited for', async () => {
    const { client, serve } = await openOffice();
    const desk = new Desk('s');
    await serve('s', [desk]);
    desk.shut();
    const error = await errorOf(client.call({}, 'wait', { value: 1 }, { timeoutMs: 20 }));
    expect(error).toBeInstanceOf(MessagingTimeout);
    expect(error).toMatchObject({ ...about, retryable: true });
    expect((error as Error).message).toBe(
      'timed out after 20 ms waiting for the reply to wait from <Target topic=desk, version=1.0>',
    );
    desk.open();
  });

  it('gives up also when nobody serves the topic', async () => {
    const { client } = await openOffice();
    const error = await errorOf(client.call({}, 'wait', { value: 1 }, { timeoutMs: 5 }));
    expect(error).toMatchObject({ code: 'ERR_GREENROOM_TIMEOUT', ...about });
  });

  it('drops and counts the reply that comes later', async () => {
    const { client, serve, transport } = await openOffice();
    const desk = new Desk('s');
    await serve('s', [desk]);
    desk.shut();
    expect(transport.orphanedReplies).toBe(0);
    // A caller that gives up when the method has begun: one whose time is up before is never answered.
    const controller = new AbortController();
    const { signal } = controller;
    const call = errorOf(client.call({}, 'wait', { value: 1 }, { signal }));
    await desk.until(1);
    controller.abort();
    expect(await call).toBeInstanceOf(CallCancelled);
    desk.open();
    await expect.poll(() => transport.orphanedReplies, { timeout: 20_000 }).toBe(1);
    expect(await client.call({}, 'wait', { value: 2 })).toBe(2);
    expect(transport.orphanedReplies).toBe(1);
  });

  it('ends when its signal aborts, with the reason as the cause', async () => {
    const { client, serve, transport } = await openOffice();
    const desk = new Desk('s');
    await serve('s', [desk]);
    desk.shut();
    const controller = new AbortController();
    const { signal } = controller;
    const call = errorOf(client.call({}, 'wait', { value: 1 }, { signal }));
    await desk.until(1);
    const reason = new Error('the user went away');
    controller.abort(reason);
    const error = await call;
    expect(error).toBeInstanceOf(CallCancelled);
    expect(error).toMatchObject({ ...about, cause: reason });
    desk.open();
    await expect.poll(() => transport.orphanedReplies, { timeout: 20_000 }).toBe(1);
  });

  it('is not sent when its signal has aborted before', async () => {
    const { client, serve } = await openOffice();
    const desk = new Desk('s');
    await serve('s', [desk]);
    const signal = AbortSignal.abort(new Error('too late'));
    const called = await errorOf(client.call({}, 'wait', { value: 1 }, { signal }));
    expect(called).toMatchObject({ code: 'ERR_GREENROOM_CALL_CANCELLED', ...about });
    const cast = await errorOf(client.cast({}, 'wait', { value: 2 }, { signal }));
    expect(cast).toMatchObject({ code: 'ERR_GREENROOM_CALL_CANCELLED' });
    expect(await client.call({}, 'wait', { value: 3 })).toBe(3);
    expect(desk.seen).toHaveLength(1);
  });

  it('is not sent when its signal aborts while it waits for the reply queue', async () => {
    const { client, serve } = await openOffice();
    const desk = new Desk('s');
    await serve('s', [desk]);
    const controller = new AbortController();
    const { signal } = controller;
    const called = errorOf(client.call({}, 'wait', { value: 1 }, { signal }));
    controller.abort();
    expect(await called).toMatchObject({ code: 'ERR_GREENROOM_CALL_CANCELLED', ...about });
    expect(await client.call({}, 'wait', { value: 2 })).toBe(2);
    expect(desk.seen).toHaveLength(1);
  });

  it('leaves no listener on a signal that it shares with others', async () => {
    const { client, serve } = await openOffice();
    await serve('s', [new Desk('s')]);
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const { signal } = new AbortController();
    const calls = Array.from({ length: 50 }, (_, value) =>
      client.call({}, 'wait', { value }, { signal }),
    );
    await Promise.all(calls);
    // Warnings are emitted in a later turn of the event loop.
    expect(await client.call({}, 'whoami')).toBe('s');
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('fails when the transport is closed', async () => {
    const { client, serve, transport } = await openOffice();
    const desk = new Desk('s');
    await serve('s', [desk]);
    desk.shut();
    const calls = [1, 2, 3].map((value) => errorOf(client.call({}, 'wait', { value })));
    await desk.until(3);
    await transport.close();
    for (const error of await Promise.all(calls)) {
      expect(error).toBeInstanceOf(ClosedError);
      expect(error).toMatchObject({ code: 'ERR_GREENROOM_CLOSED' });
    }
    desk.open();
  });

  it('fails at once on a transport that is closed', async () => {
    const { client, transport, url } = await openOffice();
    await transport.close();
    expect(await errorOf(client.call({}, 'wait', { value: 1 }))).toBeInstanceOf(ClosedError);
    expect(await errorOf(client.cast({}, 'wait', { value: 1 }))).toBeInstanceOf(ClosedError);
    await using other = await connect(url);
    expect(await new RPCClient<Desk>(other, { topic: 'desk' }).cast({}, 'whoami')).toBeUndefined();
  });
});
