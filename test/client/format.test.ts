import { randomUUID } from 'node:crypto';
import { type BodyFormat, connect, InvalidOptionError, RPCClient } from 'greenroom';
import { describe, expect, it, onTestFinished } from 'vitest';

describe('[format] of a client', () => {
  it('is the nearest of those that are said, and JSON when none is', async () => {
    const { client, contentTypesOf } = await openRawServer();
    const packing = client.prepare({ format: 'msgpack' });
    const json = 'application/json';
    const msgpack = 'application/msgpack';
    expect(
      await contentTypesOf([
        () => client.cast({}, 'note'),
        () => client.cast({}, 'note', {}, { format: 'msgpack' }),
        () => packing.cast({}, 'note'),
        () => packing.prepare({ timeoutMs: 1_000 }).cast({}, 'note'),
        () => packing.cast({}, 'note', {}, { format: 'json' }),
        () => packing.prepare({ format: 'json' }).cast({}, 'note'),
      ]),
    ).toEqual([json, msgpack, msgpack, msgpack, json, json]);
  });

  it('that there is not is refused, and says which was meant', async () => {
    const { client } = await openRawServer();
    const format = 'msgpck' as BodyFormat;
    const complaint = "there is no 'msgpck' (did you mean 'msgpack'?)";
    expect(() => client.prepare({ format })).toThrow(InvalidOptionError);
    expect(() => client.prepare({ format })).toThrow(complaint);
    await expect(client.cast({}, 'note', {}, { format })).rejects.toThrow(complaint);
    await expect(client.call({}, 'note', {}, { format })).rejects.toThrow(complaint);
  });

  it('rejects a call whose arguments have no form in it, and sends nothing', async () => {
    const { client, contentTypesOf } = await openRawServer();
    const packing = client.prepare({ format: 'msgpack' });
    await expect(packing.call({}, 'note', { f: () => 1 })).rejects.toThrow(TypeError);
    await expect(packing.cast({ symbol: Symbol('s') }, 'note')).rejects.toThrow(TypeError);
    expect(await contentTypesOf([() => client.cast({}, 'last')])).toHaveLength(1);
  });
});

/** Somebody who listens on a topic and only looks. */
async function openRawServer() {
  const transport = await connect(`memory://${randomUUID().slice(0, 8)}`);
  onTestFinished(() => transport.close());
  const listener = await transport.driver.listen({ topic: 't', server: 's' }, { prefetch: 10 });
  return {
    client: new RPCClient(transport, { topic: 't' }),
    /** What each cast was sent as. */
    async contentTypesOf(casts: readonly (() => Promise<void>)[]) {
      for (const cast of casts) await cast();
      const messages = await listener.poll(100);
      return messages.map(({ contentType }) => contentType);
    },
  };
}
