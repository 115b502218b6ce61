import { describe, expect, it } from 'vitest';
import {
  type Context,
  InvalidOptionError,
  InvalidTarget,
  type MessagingError,
  RemoteError,
  RPCClient,
} from '../../src/index.ts';
import { errorOf } from '../runtime/theatre.ts';
import { Desk, openOffice } from './served.ts';

describe('RPCClient.call', () => {
  it('resolves with what the method returns', async () => {
    const { client, serve } = await openOffice();
    await serve('s', [new Desk('s')]);
    expect(await client.call({}, 'add', { a: 2, b: 3 })).toBe(5);
    expect(await client.call({}, 'search', { text: 'x' })).toEqual(['x', 10]);
    expect(await client.call({}, 'search')).toEqual(['all', 10]);
    expect(await client.call({}, 'whoami')).toBe('s');
  });

  it('sends the context along, plain', async () => {
    const { client, serve } = await openOffice();
    const desk = new Desk('s');
    await serve('s', [desk]);
    const ctx = { user: 'ada', roles: ['admin'], nested: { deep: null } };
    expect(await client.call(ctx, 'context')).toEqual(ctx);
    expect(await client.call({ signal: 'plain', values: 'too' }, 'context')).toEqual({
      signal: 'plain',
      values: 'too',
    });
    await client.cast(ctx, 'add', { a: 1, b: 2 });
    expect((await desk.until(3))[2]).toMatchObject({ values: ctx, isCall: false });
  });

  it('passes on the context of a request that is being served', async () => {
    const { client, serve, transport } = await openOffice();
    const desk = new Desk('s');
    await serve('s', [desk]);
    const relay = {
      pass: (ctx: Context) => client.call(ctx, 'context'),
      passByCast: (ctx: Context) => client.cast(ctx, 'whoami'),
    };
    await serve('r', [relay], 'relay');
    const relayed = new RPCClient<typeof relay>(transport, { topic: 'relay' });
    expect(await relayed.call({ user: 'ada', trace: 7 }, 'pass')).toEqual({
      user: 'ada',
      trace: 7,
    });
    await relayed.call({ user: 'eve' }, 'passByCast');
    expect((await desk.until(2))[1]?.values).toEqual({ user: 'eve' });
  });

  it('raises what the method threw as a RemoteError that says all about it', async () => {
    const { client, serve } = await openOffice();
    await serve('s', [new Desk('s')]);
    const error = await errorOf(client.call({}, 'fail', { message: 'no such clerk' }));
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({
      code: 'ERR_GREENROOM_REMOTE',
      name: 'RemoteError',
      message: 'remote error: TypeError: no such clerk',
      retryable: false,
      remoteClass: 'TypeError',
      remoteModule: 'builtins',
      remoteMessage: 'no such clerk',
      remoteArgs: ['no such clerk'],
      remoteKwargs: {},
      remoteTraceback: ['TypeError: no such clerk\n', '    at desk\n'],
      target: { topic: 'desk', version: '1.0' },
      method: 'fail',
      msgId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it('raises as RemoteError what the server does not have or allow', async () => {
    const { client, serve, transport } = await openOffice();
    await serve('s', [new Desk('s')]);
    const untyped = new RPCClient(transport, { topic: 'desk' });
    for (const method of ['nothing', '_private', 'constructor', 'seen']) {
      expect(await errorOf(untyped.call({}, method))).toMatchObject({
        remoteClass: 'NoSuchMethod',
        method,
      });
    }
    expect(await errorOf(client.prepare({ version: '1.5' }).call({}, 'whoami'))).toMatchObject({
      remoteClass: 'UnsupportedVersion',
      target: { version: '1.5' },
    });
  });

  it('gives each of 1,000 concurrent calls its own answer', async () => {
    const { client, serve } = await openOffice();
    const desk = new Desk('s');
    await serve('s', [desk]);
    desk.shut();
    const values = Array.from({ length: 1_000 }, (_, value) => value);
    const calls = values.map((value) => client.call({}, 'wait', { value }));
    await desk.until(1_000);
    desk.open();
    expect(await Promise.all(calls)).toEqual(values);
  });

  it.each([
    ['has no topic', { topic: '' }, /a topic is required/],
    ['is a fanout', { fanout: true }, /a call cannot be used with fanout.*topic=desk/],
  ])('rejects a target that %s', async (_what, change, text) => {
    const { client } = await openOffice();
    const error = await errorOf(client.prepare(change).call({}, 'whoami'));
    expect(error).toBeInstanceOf(InvalidTarget);
    expect((error as MessagingError).message).toMatch(text);
    expect((error as MessagingError).target).toMatchObject(change);
  });

  it('rejects arguments that have no form on the wire, and sends nothing', async () => {
    const { serve, transport } = await openOffice();
    const desk = new Desk('s');
    await serve('s', [desk]);
    const untyped = new RPCClient(transport, { topic: 'desk' });
    await expect(untyped.call({}, 'whoami', { callback: () => 1 })).rejects.toThrow(TypeError);
    await expect(untyped.cast({}, 'whoami', { callback: () => 1 })).rejects.toThrow(TypeError);
    expect(await untyped.call({}, 'whoami')).toBe('s');
    expect(desk.seen).toHaveLength(1);
  });
});

describe('RPCClient.cast', () => {
  it('resolves with nothing, before or after the method has run', async () => {
    const { client, serve } = await openOffice();
    const desk = new Desk('s');
    await serve('s', [desk]);
    expect(await client.cast({}, 'add', { a: 1, b: 2 })).toBeUndefined();
    expect(await desk.until(1)).toMatchObject([{ method: 'add', isCall: false }]);
  });

  it('resolves though nobody listens, as with oslo.messaging', async () => {
    const { client } = await openOffice();
    expect(await client.prepare({ topic: 'nobody' }).cast({}, 'whoami')).toBeUndefined();
  });

  it('needs a topic', async () => {
    const { client } = await openOffice();
    const error = await errorOf(client.prepare({ topic: '' }).cast({}, 'whoami'));
    expect(error).toBeInstanceOf(InvalidTarget);
  });
});

describe('RPCClient.prepare', () => {
  it('[topic] and [server] choose who answers', async () => {
    const { client, serve } = await openOffice();
    await serve('one', [new Desk('desk one')]);
    await serve('two', [new Desk('desk two')]);
    await serve('one', [new Desk('office one')], 'office');
    for (let i = 0; i < 3; i++) {
      expect(await client.prepare({ server: 'one' }).call({}, 'whoami')).toBe('desk one');
      expect(await client.prepare({ server: 'two' }).call({}, 'whoami')).toBe('desk two');
    }
    const office = client.prepare({ topic: 'office' });
    expect(await office.call({}, 'whoami')).toBe('office one');
    expect(await office.prepare({ server: 'one' }).call({}, 'whoami')).toBe('office one');
  });

  it('[fanout] reaches every server', async () => {
    const { client, serve } = await openOffice();
    const desks = ['one', 'two', 'three'].map((name) => new Desk(name));
    for (const [i, desk] of desks.entries()) await serve(`s${i}`, [desk]);
    await client.prepare({ fanout: true }).cast({}, 'whoami');
    for (const desk of desks) {
      expect(await desk.until(1)).toMatchObject([{ method: 'whoami', isCall: false }]);
    }
  });

  it('[namespace] and [version] choose the endpoint, and stay until changed', async () => {
    const { client, serve } = await openOffice();
    const [plain, admin] = [new Desk('plain'), new Desk('admin', 'admin')];
    await serve('s', [plain, admin]);
    expect(await client.call({}, 'whoami')).toBe('plain');
    const admins = client.prepare({ namespace: 'admin' });
    expect(await admins.call({}, 'whoami')).toBe('admin');
    expect(await admins.prepare({ version: '1.4' }).call({}, 'whoami')).toBe('admin');
    expect(await client.prepare({ version: '1.3' }).call({}, 'whoami')).toBe('plain');
    expect(admin.seen).toMatchObject([
      { namespace: 'admin', version: '1.0' },
      { namespace: 'admin', version: '1.4' },
    ]);
    expect(plain.seen).toMatchObject([
      { namespace: undefined, version: '1.0' },
      { namespace: undefined, version: '1.3' },
    ]);
  });

  it('[timeoutMs] is for every call of the derived client', async () => {
    const { client, serve } = await openOffice();
    const desk = new Desk('s');
    await serve('s', [desk]);
    desk.shut();
    const hasty = client.prepare({ timeoutMs: 10 });
    const error = await errorOf(hasty.call({}, 'wait', { value: 1 }));
    expect(error).toMatchObject({ code: 'ERR_GREENROOM_TIMEOUT' });
    expect((error as Error).message).toContain('10 ms');
    const further = await errorOf(hasty.prepare({ server: 's' }).call({}, 'wait', { value: 1 }));
    expect((further as Error).message).toContain('10 ms');
    const patient = client.call({}, 'wait', { value: 2 });
    desk.open();
    expect(await patient).toBe(2);
  });

  it('leaves the client that it derives from as it was', async () => {
    const { client, serve } = await openOffice();
    await serve('s', [new Desk('s')]);
    client.prepare({ topic: 'nowhere', namespace: 'x', version: '9.9', timeoutMs: 1 });
    expect(await client.call({}, 'whoami')).toBe('s');
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    '[timeoutMs] of %d is refused, wherever it stands',
    async (timeoutMs) => {
      const { client, transport } = await openOffice();
      const make = () => new RPCClient(transport, { topic: 't' }, { timeoutMs });
      expect(make).toThrow(InvalidOptionError);
      expect(() => client.prepare({ timeoutMs })).toThrow(/timeoutMs must be a positive number/);
      const error = await errorOf(client.call({}, 'whoami', {}, { timeoutMs }));
      expect(error).toBeInstanceOf(InvalidOptionError);
    },
  );
});
