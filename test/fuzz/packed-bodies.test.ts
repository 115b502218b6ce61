import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MalformedMessage } from '../../src/errors.ts';
import { LoopExecutor } from '../../src/executors/loop-executor.ts';
import { contentTypes } from '../../src/wire/body-format.ts';
import { openEnvelope } from '../../src/wire/envelope.ts';
import { mentionsUniqueId, uniqueIdIn } from '../../src/wire/ids.ts';
import { encodeMsgpack } from '../../src/wire/msgpack.ts';
import { decodeReply } from '../../src/wire/reply.ts';
import { decodeRequest } from '../../src/wire/request.ts';
import { seed } from './bodies.ts';
import { namesOnBuiltins } from './builtins.ts';
import { Harmless, HarmlessControl } from './harmless-endpoint.ts';
import { hostilePackedBodies, oddRequests } from './packed-bodies.ts';

const count = 20_000;

const prototypes = new Set<unknown>(
  [Object, Array, Map, Set, Date, Uint8Array].map(({ prototype }) => prototype),
);

describe(`${count} hostile MessagePack bodies, GREENROOM_FUZZ_SEED=${seed}`, () => {
  it('decode to values of known types, or are malformed', () => {
    const bodies = hostilePackedBodies(count);
    const names = namesOnBuiltins();
    const outcomes = { decoded: 0, malformed: 0, slowestMs: 0 };
    for (const body of bodies) {
      const begun = performance.now();
      for (const decode of [decodeRequest, decodeReply]) {
        try {
          decode(body, { format: 'msgpack' });
          outcomes.decoded += 1;
        } catch (error) {
          // What the scan lets pass, msgpackr reads.
          const isFromScan = error instanceof MalformedMessage && error.cause === undefined;
          if (!isFromScan) throw error;
          outcomes.malformed += 1;
        }
      }
      outcomes.slowestMs = Math.max(outcomes.slowestMs, performance.now() - begun);
      const id = uniqueIdIn(body, 'msgpack');
      if (id !== undefined && !mentionsUniqueId(body)) throw new Error(`an id of nowhere: ${id}`);
    }
    expect(namesOnBuiltins()).toBe(names);
    expect(outcomes.decoded).toBeGreaterThan(count / 3);
    expect(outcomes.malformed).toBeGreaterThan(count / 3);
    expect(outcomes.slowestMs).toBeLessThan(2_000);
    for (const body of bodies) assertPlain(opened(body));
  }, 120_000);

  it('each come to an end in an executor, with an answer that can be read', async () => {
    const endpoints = [{ instance: new Harmless() }, { instance: new HarmlessControl() }];
    const executor = new LoopExecutor({ name: 'async', slots: 100, endpoints });
    onTestFinished(() => executor.stop());
    await executor.start();
    const ends = { done: 0, malformed: 0, answered: 0 };
    for (const body of [...hostilePackedBodies(2_000), ...oddRequests(2_000)]) {
      const work = { body, contentType: contentTypes.msgpack, deadline: undefined };
      const outcome = await executor.execute(work, () => true).outcome;
      if (outcome.type !== 'done' && outcome.type !== 'malformed') throw new Error(outcome.type);
      ends[outcome.type] += 1;
      if (outcome.type === 'malformed' || outcome.reply === undefined) continue;
      const { msgId } = decodeReply(outcome.reply.body, { format: 'msgpack' });
      expect(isDeepStrictEqual(msgId, outcome.replyTo?.msgId)).toBe(true);
      ends.answered += 1;
    }
    expect(executor.credit).toBe(executor.slots);
    expect(ends.malformed).toBeGreaterThan(300);
    expect(ends.answered).toBeGreaterThan(1_000);
  }, 60_000);

  it('say what they say when they are written again', () => {
    let compared = 0;
    for (const body of hostilePackedBodies(2_000)) {
      const message = opened(body);
      if (message === undefined) continue;
      const again = encodeMsgpack({ 'greenroom.version': 1, ...message });
      expect(isDeepStrictEqual(opened(again), message)).toBe(true);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(300);
  }, 60_000);
});

function opened(body: Uint8Array): Record<string, unknown> | undefined {
  try {
    return openEnvelope(body, { format: 'msgpack' });
  } catch {
    return undefined; // Which errors there may be is the first test's.
  }
}

function assertPlain(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (!prototypes.has(Object.getPrototypeOf(value))) throw new Error('a type that nobody sent');
  if (value instanceof Date && Number.isNaN(value.getTime())) throw new Error('an invalid date');
  if (value instanceof Uint8Array) return;
  const parts = value instanceof Map ? [...value].flat() : Object.values(value);
  for (const part of value instanceof Set ? value : parts) assertPlain(part);
}
