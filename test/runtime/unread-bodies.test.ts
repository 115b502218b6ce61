import { randomUUID } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/index.ts';
import { decodeReply } from '../../src/wire/reply.ts';
import { encodeRequest } from '../../src/wire/request.ts';
import { memory, openTheatre } from './theatre.ts';

/** What the bodies of these tests are full of, and nothing else is. */
const canary = 'canary';

/** All that turns bytes into text, or text into objects: by the object that has it and its name. */
const readers: readonly (readonly [object, string])[] = [
  [JSON, 'parse'],
  [TextDecoder.prototype, 'decode'],
  [StringDecoder.prototype, 'write'],
  [Buffer.prototype, 'toString'],
  ...['utf8', 'latin1', 'ascii', 'ucs2', 'base64', 'hex'].map(
    (encoding) => [Buffer.prototype, `${encoding}Slice`] as const,
  ),
];

/** Watches this thread read bodies; gives which of the {@link readers} did, one for each time. */
function watchReaders(): string[] {
  const seen: string[] = [];
  for (const [owner, name] of readers) {
    const read: (...args: unknown[]) => unknown = Reflect.get(owner, name);
    const watched = function (this: unknown, ...args: unknown[]): unknown {
      const value = read.apply(this, args);
      if ([args[0], value].some((text) => typeof text === 'string' && text.includes(canary))) {
        seen.push(name);
      }
      return value;
    };
    Reflect.set(owner, name, watched);
    onTestFinished(() => void Reflect.set(owner, name, read));
  }
  return seen;
}

// Under async, where the runtime's thread has to read them, as a proof that it would be seen.
describe.each([
  ['pool', { pool: { threads: 1, spareHosts: 0, concurrency: 2 } }],
  ['process', { process: { processes: 1, spareHosts: 0, concurrency: 2 } }],
  ['async', {}],
] as const)('what the runtime reads of bodies under %s', (executor, options) => {
  it(`is ${executor === 'async' ? 'all of them' : 'nothing'}`, async () => {
    const { url, topic, transport, runtime } = await openTheatre(memory);
    await runtime(options).start({ executor });
    const replies: Uint8Array[] = [];
    const caller = await connect(url);
    onTestFinished(() => caller.close());
    const replyQueue = await caller.driver.takeReplies(({ body }) => void replies.push(body));
    const values = [100, 8_000, 100_000].map((length) => canary.repeat(length / canary.length));
    const bodies = values.map((value) =>
      encodeRequest({
        method: 'echo',
        args: { value },
        context: { user: canary },
        call: { msgId: randomUUID(), replyQueue },
        uniqueId: randomUUID(),
      }),
    );

    const seen = watchReaders();
    for (const body of bodies) {
      const target = { topic };
      await transport.driver.send({ type: 'target', target }, { body, expirationMs: 60_000 });
    }
    await expect.poll(() => replies.length).toBe(bodies.length);
    const readings = [...seen];
    const results = replies.map((body) => decodeReply(body).result);
    expect(results.toSorted()).toEqual(values.toSorted());
    expect(seen.length, 'the readings of this test itself').toBeGreaterThan(readings.length);
    if (executor === 'async') expect(new Set(readings)).toContain('parse');
    else expect(readings).toEqual([]);
  });
});
