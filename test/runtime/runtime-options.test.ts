import { describe, expect, it } from 'vitest';
import { InvalidOptionError, Runtime, type RuntimeOptions } from '../../src/index.ts';

const rpc = { target: { topic: 't' }, endpoints: { echo: () => 1 } };
const made = (options: unknown) => () => new Runtime(options as RuntimeOptions);
const complaints = (options: unknown): string => {
  try {
    made(options)();
  } catch (error) {
    if (error instanceof InvalidOptionError) return error.message;
    throw error;
  }
  return 'none';
};

describe('the options of a runtime', () => {
  it('need a topic and endpoints, and nothing else', () => {
    expect(complaints({ rpc })).toBe('none');
    expect(complaints({})).toMatch(/^invalid runtime options: rpc: /);
    expect(complaints({ rpc: { target: {} } })).toMatch(/rpc\.target\.topic: .*; rpc\.endpoints: /);
    expect(complaints(undefined)).toMatch(/^invalid runtime options: /);
    expect(complaints('memory://')).toMatch(/^invalid runtime options: /);
  });

  it.each([
    [{ rpc, pol: {} }, "pol: unknown option (did you mean 'pool'?)"],
    [{ rpc: { ...rpc, endpoint: 1 } }, "rpc.endpoint: unknown option (did you mean 'endpoints'?)"],
    [
      { rpc: { ...rpc, target: { topic: 't', sever: 's' } } },
      "rpc.target.sever: unknown option (did you mean 'server'?)",
    ],
    [{ rpc, pool: { thread: 4 } }, "pool.thread: unknown option (did you mean 'threads'?)"],
    [
      { rpc, rabbit: { heartbeatS: 10 } },
      "rabbit.heartbeatS: unknown option (did you mean 'heartbeatMs'?)",
    ],
    [{ rpc, async: { workers: 4 } }, 'async.workers: unknown option (there are: concurrency)'],
  ])('suggest what may have been meant', (options, text) => {
    expect(complaints(options)).toBe(`invalid runtime options: ${text}`);
  });

  it.each([
    [{ rpc, pool: { threads: 0 } }, 'pool.threads'],
    [{ rpc, pool: { threads: 1.5 } }, 'pool.threads'],
    [{ rpc, pool: { threads: '4' } }, 'pool.threads'],
    [{ rpc, pool: { maxHeapMb: 8 } }, 'pool.maxHeapMb'],
    [{ rpc, async: { concurrency: 0 } }, 'async.concurrency'],
    [{ rpc, drainTimeoutMs: -1 }, 'drainTimeoutMs'],
    [{ rpc, drainTimeoutMs: Number.NaN }, 'drainTimeoutMs'],
    [{ rpc, executor: 'eventlet' }, 'executor'],
    [{ rpc, transport: 7 }, 'transport: must be a transport URL'],
    [{ rpc, log: { info() {} } }, 'log: must have the methods debug'],
    [{ rpc, signals: 'yes' }, 'signals'],
    [{ rpc, rabbit: { heartbeatMs: 10 } }, 'rabbit.heartbeatMs'],
    [{ rpc, rabbit: { connectRetries: -1 } }, 'rabbit.connectRetries: must be a whole number'],
    [{ rpc: { ...rpc, acknowledge: 'always' } }, 'rpc.acknowledge'],
    [{ rpc: { ...rpc, lookAhead: 0 } }, 'rpc.lookAhead'],
    [{ rpc: { ...rpc, callerGoneGraceMs: -1 } }, 'rpc.callerGoneGraceMs'],
    [{ rpc: { ...rpc, callerGoneGraceMs: '10s' } }, 'rpc.callerGoneGraceMs'],
    [{ rpc: { ...rpc, endpoints: '' } }, 'rpc.endpoints: must be a module URL'],
    [{ rpc: { ...rpc, target: { topic: '' } } }, 'rpc.target.topic'],
    [{ rpc: { ...rpc, target: { topic: 'x'.repeat(256) } } }, 'rpc.target.topic'],
  ])('are held to their types and ranges: %j', (options, text) => {
    const message = complaints(options);
    expect(message).toContain(`invalid runtime options: ${text}`);
    expect(message).not.toContain(';');
  });

  it('are all complained of at once', () => {
    const message = complaints({
      rpc: { ...rpc, target: { topic: 5 }, acknowlege: 'on-reply' },
      pool: { threads: 0, thread: 1 },
      drainTimeout: 5,
    });
    for (const text of [
      'rpc.target.topic: ',
      "rpc.acknowlege: unknown option (did you mean 'acknowledge'?)",
      'pool.threads: ',
      "pool.thread: unknown option (did you mean 'threads'?)",
      "drainTimeout: unknown option (did you mean 'drainTimeoutMs'?)",
    ]) {
      expect(message).toContain(text);
    }
    expect(message.split('; ')).toHaveLength(5);
  });

  it('[callerGoneGraceMs] may be 0', () => {
    expect(complaints({ rpc: { ...rpc, callerGoneGraceMs: 0 } })).toBe('none');
  });

  it('take `undefined` for the default', () => {
    const options = { rpc, transport: undefined, pool: { threads: undefined }, log: undefined };
    expect(complaints(options)).toBe('none');
  });

  it('take Infinity for connectRetries, and console for a log', () => {
    const connectRetries = Number.POSITIVE_INFINITY;
    expect(complaints({ rpc, rabbit: { connectRetries }, log: console })).toBe('none');
  });

  it('never repeat a value, which may be a secret', () => {
    const message = complaints({ rpc, transport: ['rabbit://me:hunter2@host/'] });
    expect(message).toContain('transport');
    expect(message).not.toContain('hunter2');
  });
});
