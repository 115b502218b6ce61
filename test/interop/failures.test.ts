import { type AccessPolicy, RemoteError, RPCClient, type RPCOptions, Runtime } from 'greenroom';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { describeWithPython } from '../support/python.ts';
import { PythonClient, type PythonError, type PythonReply } from '../support/python-client.ts';
import { PythonServer } from '../support/python-server.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { openTransport } from './servers.ts';

const module = new URL('./endpoints/failures.ts', import.meta.url);

/** Serves `endpoints/failures.ts` in a worker thread until `own` says that it is over. */
async function serve(
  changes: Partial<RPCOptions> = {},
  own: (close: () => Promise<void>) => void = onTestFinished,
): Promise<{ readonly topic: string; readonly log: RecordedLog }> {
  const [topic, log] = [uniqueTopic(), new RecordedLog()];
  const target = { topic, server: 'greenroom' };
  const runtime = new Runtime({
    transport: await brokerUrl(),
    rpc: { target, endpoints: { module, export: 'Failures' }, ...changes },
    pool: { threads: 1 },
    signals: false,
    log,
  });
  own(() => runtime.stop({ graceMs: 0 }));
  await runtime.start({ executor: 'pool' });
  return { topic, log };
}

const failed = (reply: PythonReply): PythonError => {
  if (reply.ok) throw new Error(`it did not fail: ${JSON.stringify(reply.result)}`);
  return reply.error;
};

describeWithPython('a Python caller', () => {
  let python: PythonClient;
  let topic: string;
  let log: RecordedLog;

  beforeAll(async () => {
    const closers: (() => Promise<void>)[] = [];
    python = await PythonClient.start({
      url: await brokerUrl(),
      allowed_remote_exmods: ['peer_errors'],
    });
    ({ topic, log } = await serve({}, (close) => closers.push(close)));
    return async () => {
      for (const close of closers) await close();
      await python.stop();
    };
  });

  const raised = async (kind: string, method = 'fail'): Promise<PythonError> => {
    const target = { topic, namespace: 'failures' };
    return failed(await python.call({ target, method, args: { kind, message: 'no good' } }));
  };

  it.each([
    ['Error', 'Exception'],
    ['AggregateError', 'Exception'],
    ['EvalError', 'Exception'],
    ['TypeError', 'TypeError'],
    ['RangeError', 'ValueError'],
    ['SyntaxError', 'ValueError'],
    ['URIError', 'ValueError'],
    ['ReferenceError', 'NameError'],
    ['AssertionError', 'AssertionError'],
    ['TimeoutError', 'TimeoutError'],
    ['text', 'Exception'],
    ['NotHere', 'LookupError'],
  ])('can name what it gets for a thrown %s: %s', async (kind, name) => {
    const error = await raised(kind);
    expect(error).toMatchObject({ class: name, module: 'builtins' });
    expect(error.isinstance).toContain('builtins.Exception');
    expect(error.message).toMatch(/^no good\n/);
  });

  it('gets an error that says what it is in Python as that, with its arguments', async () => {
    const error = await raised('QuotaExceeded');
    expect(error).toMatchObject({
      class: 'QuotaExceeded_Remote',
      module: 'peer_errors_Remote',
      args: ['no good'],
      kwargs: { resource: 'cores', limit: 8 },
    });
    expect(error.isinstance).toContain('peer_errors.QuotaExceeded');
    expect(error.message).toMatch(/^no good\nError: no good\n\s+at .*failures\.ts/);
  });

  it('gets any other class as a RemoteError that names it', async () => {
    expect(await raised('Unknown')).toMatchObject({
      class: 'RemoteError',
      exc_type: 'Unknown',
      value: 'no good',
      traceback: expect.arrayContaining([expect.stringContaining('failures.ts')]),
    });
  });

  it('gets what is expected like all else, and no error is logged', async () => {
    const before = log.lines.length;
    expect(await raised('QuotaExceeded', 'failAsExpected')).toMatchObject({
      class: 'QuotaExceeded_Remote',
      kwargs: { limit: 8 },
    });
    expect(await raised('RangeError', 'failAsExpected')).toMatchObject({ class: 'ValueError' });
    expect(await raised('TypeError', 'failAsExpected')).toMatchObject({ class: 'TypeError' });
    expect(log.lines.slice(before).map(({ level, fields }) => [level, fields['error']])).toEqual([
      ['debug', 'QuotaExceeded: no good'],
      ['debug', 'ValueError: no good'],
      ['error', 'TypeError: no good'],
    ]);
  });

  it('gets no stacks where these are kept back, and the log has them', async () => {
    const closed = await serve({ exposeStacks: false });
    const target = { topic: closed.topic, namespace: 'failures' };
    const fail = async (kind: string) =>
      failed(await python.call({ target, method: 'fail', args: { kind, message: 'm' } }));

    expect(await fail('Unknown')).toMatchObject({ class: 'RemoteError', traceback: [] });
    expect(await fail('RangeError')).toMatchObject({ class: 'ValueError', message: 'm\n' });
    expect(await fail('QuotaExceeded')).toMatchObject({ kwargs: { limit: 8 }, message: 'm\n' });
    expect(closed.log.lines.map(({ fields }) => fields['stack'])).toEqual(
      Array(3).fill(expect.stringContaining('failures.ts')),
    );
  });

  it('finds an endpoint under its legacy namespaces too', async () => {
    const about = (namespace?: string) =>
      python.call({
        target: { topic, ...(namespace !== undefined && { namespace }) },
        method: 'about',
      });
    expect(await about('failures')).toMatchObject({ result: { namespace: 'failures' } });
    expect(await about('failing')).toMatchObject({ result: { namespace: 'failing' } });
    expect(await about()).toMatchObject({ ok: true, result: { namespace: null } });
    expect(await about('other')).toMatchObject({ error: { exc_type: 'UnsupportedVersion' } });
  });

  it('that monitors its call is known to the method', async () => {
    const target = { topic };
    expect(await python.call({ target, method: 'about', call_monitor_timeout: 7 })).toMatchObject({
      result: { clientTimeoutMs: 7_000 },
    });
  });

  it.each<[AccessPolicy, readonly string[]]>([
    ['default', ['about']],
    ['explicit', ['_marked']],
    ['legacy', ['_marked', '_underscored', 'about']],
  ])('is offered under the %s policy: %j', async (accessPolicy, names) => {
    const server = await serve({ accessPolicy });
    const offered: string[] = [];
    for (const method of ['_marked', '_underscored', 'about', 'constructor', '__class__']) {
      const reply = await python.call({ target: { topic: server.topic }, method });
      if (reply.ok) offered.push(method);
      else expect(reply.error.exc_type).toBe('NoSuchMethod');
    }
    expect(offered).toEqual(names);
  });

  it('is served through a serializer, context and all', async () => {
    const server = await serve({ serializer: { module, export: 'UserSerializer' } });
    const request = { target: { topic: server.topic }, method: 'user', args: { value: 'coin' } };
    expect(await python.call({ ...request, ctxt: { user: 'ada' } })).toMatchObject({
      ok: true,
      result: { for: 'ada', entity: ['ada', 'coin of ada'] },
    });
  });
});

class QuotaExceeded extends Error {
  readonly limit: unknown;

  constructor({ remoteMessage, remoteKwargs }: RemoteError) {
    super(remoteMessage);
    this.limit = remoteKwargs['limit'];
  }
}
class BadValue extends Error {}

describeWithPython('a Python server', () => {
  const topic = uniqueTopic();
  beforeAll(async () => {
    const server = await PythonServer.start({ url: await brokerUrl(), topic, server: 'python' });
    return async () => void (await server.stop());
  });

  const failure = async (kind: string): Promise<unknown> => {
    const remoteErrors = {
      'peer_errors.QuotaExceeded': (remote: RemoteError) => new QuotaExceeded(remote),
      'builtins.ValueError': BadValue,
    };
    const client = new RPCClient(await openTransport(), { topic }, { remoteErrors });
    return await client.call({}, 'fail', { kind, message: 'no good' }).catch((error) => error);
  };

  describe('that raises', () => {
    it('an exception of its own: what the function that is registered for it makes', async () => {
      const error = await failure('QuotaExceeded');
      expect(error).toBeInstanceOf(QuotaExceeded);
      expect(error).toMatchObject({
        message: 'no good',
        limit: 8,
        cause: { remoteClass: 'QuotaExceeded', remoteModule: 'peer_errors', method: 'fail' },
      });
    });

    it('one of Python: the class that is registered for it', async () => {
      const error = await failure('ValueError');
      expect(error).toBeInstanceOf(BadValue);
      expect(error).toMatchObject({ message: 'no good', cause: expect.any(RemoteError) });
    });

    it('any other: a RemoteError', async () => {
      const error = await failure('KeyError');
      expect(error).toBeInstanceOf(RemoteError);
      expect(error).toMatchObject({ remoteClass: 'KeyError', remoteArgs: ['no good'] });
    });
  });
});
