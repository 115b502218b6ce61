import { describe, expect, it } from 'vitest';
import { encodeRequest } from '../../src/wire/request.ts';
import { memory, openTheatre } from './theatre.ts';

describe('a message that arrives twice', () => {
  it.each(['blocking', 'async', 'pool'] as const)('runs once under %s', async (executor) => {
    const { client, lines, runtime: make, stage, topic, transport } = await openTheatre(memory);
    await make({ pool: { threads: 1, concurrency: 4 } }).start({ executor });
    const body = encodeRequest({ method: 'note', args: {}, context: {}, uniqueId: 'twin' });
    const send = () => transport.driver.send({ type: 'target', target: { topic } }, { body });
    await Promise.all([send(), send()]);
    await client.call({}, 'echo', { value: 'after both' });
    await send();
    await client.call({}, 'echo', { value: 'after the third' });
    expect(stage.entered).toBe(1);
    expect(lines.map(({ message }) => message)).toEqual([
      'dropped a message that has been run before',
      'dropped a message that has been run before',
    ]);
  });

  it('[duplicateWindow] runs again when it has been forgotten', async () => {
    const { runtime: make, stage, topic, transport } = await openTheatre(memory);
    await make({ rpc: { duplicateWindow: 1 } }).start();
    for (const uniqueId of ['one', 'two', 'one']) {
      const body = encodeRequest({ method: 'note', args: {}, context: {}, uniqueId });
      await transport.driver.send({ type: 'target', target: { topic } }, { body });
    }
    await stage.untilEntered(3);
    expect(stage.entered).toBe(3);
  });
});
