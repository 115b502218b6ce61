import { describe, expect, it } from 'vitest';
import { call, replyOf, runBody, type Workshop } from './workshop.ts';

/** What comes out of an executor for what goes in. */
export function describeAnswers(workshop: () => Workshop): void {
  describe('answers', () => {
    it('a call with the encoded reply of its method', async () => {
      const value = { text: 'Grüße, 世界', list: [1, 2.5, null], nested: { deep: true } };
      const run = workshop().run({ method: 'echo', args: { value } });
      expect(await run.outcome).toMatchObject({
        type: 'done',
        method: 'echo',
        replyTo: { queue: call.replyQueue, msgId: call.msgId },
        failure: undefined,
        expected: false,
      });
      expect(await replyOf(run)).toEqual({
        msgId: call.msgId,
        ending: true,
        result: value,
        failure: undefined,
      });
    });

    it('each with its own `_msg_id`, of whatever type it was', async () => {
      const run = workshop().run({ args: { value: 1 }, call: { ...call, msgId: 17 } });
      expect(await run.outcome).toMatchObject({ replyTo: { msgId: 17 } });
      expect((await replyOf(run)).msgId).toBe(17);
    });

    it('with null for a method that returns nothing', async () => {
      expect((await replyOf(workshop().run({ method: 'note' }))).result).toBeNull();
    });

    it('gives the method its context, namespace, version and deadline', async () => {
      const run = workshop().run(
        { method: 'about', version: '1.1', context: { user: 'ada' } },
        { deadline: performance.now() + 60_000 },
      );
      expect((await replyOf(run)).result).toMatchObject({
        values: { user: 'ada' },
        method: 'about',
        version: '1.1',
        hasDeadline: true,
      });
    });

    it('a method that throws with a failure', async () => {
      const run = workshop().run({ method: 'fail', args: { message: 'out of bounds' } });
      const { failure, result } = await replyOf(run);
      expect(result).toBeNull();
      expect(failure).toMatchObject({ message: 'out of bounds', args: ['out of bounds'] });
      expect(failure?.tb.join('')).toContain('actor.ts');
      expect(await run.outcome).toMatchObject({
        type: 'done',
        failure: { class: failure?.class, message: 'out of bounds' },
        expected: false,
      });
    });

    it('a method that throws null with a failure', async () => {
      const { failure } = await replyOf(workshop().run({ method: 'throwNothing' }));
      expect(failure).toMatchObject({ class: 'Exception', message: 'null' });
    });

    it.each([
      ['an unknown method', { method: 'mix' }, 'NoSuchMethod', /RPC method mix/],
      ['a private method', { method: 'constructor' }, 'NoSuchMethod', /RPC method constructor/],
      ['a higher version', { version: '1.3' }, 'UnsupportedVersion', /RPC version 1\.3/],
      ['another major version', { version: '2.0' }, 'UnsupportedVersion', /RPC version 2\.0/],
      ['an unknown namespace', { namespace: 'x' }, 'UnsupportedVersion', /version 1\.0/],
    ])('%s with a failure', async (_what, request, name, text) => {
      const { failure } = await replyOf(workshop().run(request));
      expect(failure).toMatchObject({ class: name, module: 'oslo_messaging.rpc.dispatcher' });
      expect(failure?.message).toMatch(text);
    });

    it('a result that has no form on the wire with a failure, not with silence', async () => {
      const run = workshop().run({ method: 'unencodable' });
      expect((await replyOf(run)).failure).toMatchObject({ class: 'TypeError' });
      expect(await run.outcome).toMatchObject({ failure: { class: 'TypeError' } });
    });

    it('marks a failure that the caller announced as expected', async () => {
      const run = workshop().run({ method: 'mix_ignore_errors' });
      expect(await run.outcome).toMatchObject({ type: 'done', expected: true });
    });

    it('no cast', async () => {
      const { stage, run } = workshop();
      const cast = run({ method: 'note', call: undefined });
      expect(await cast.outcome).toMatchObject({
        type: 'done',
        replyTo: undefined,
        reply: undefined,
        failure: undefined,
      });
      expect(stage.entered).toBe(1);
    });

    it('no cast that fails, but says why', async () => {
      const cast = workshop().run({ method: 'fail', args: { message: 'no' }, call: undefined });
      expect(await cast.outcome).toMatchObject({
        type: 'done',
        reply: undefined,
        failure: { message: 'no' },
      });
    });

    it('a body of 1 MiB with every byte in its place', async () => {
      const value = Array.from({ length: 1024 * 64 }, (_, i) => String.fromCodePoint(33 + (i % 90)))
        .join('')
        .repeat(16);
      const run = workshop().run({ args: { value } });
      const { result } = await replyOf(run);
      expect(value).toHaveLength(1024 * 1024);
      expect(result === value, 'the result is the value').toBe(true);
    });

    it.each([100, 100_000])(
      'leaves the buffer alone of which a body of %i is a view',
      async (n) => {
        const { executor } = workshop();
        const value = 'v'.repeat(n);
        const text = JSON.stringify({
          method: 'echo',
          args: { value },
          _msg_id: 'm',
          _reply_q: 'q',
        });
        const larger = Buffer.from(`<<<${text}>>>`);
        const before = Buffer.from(larger);
        const view = new Uint8Array(larger.buffer, larger.byteOffset + 3, larger.byteLength - 6);
        expect((await replyOf(runBody(executor, view))).result).toBe(value);
        expect(larger.equals(before), 'the larger buffer is as it was').toBe(true);
      },
    );
  });
}
