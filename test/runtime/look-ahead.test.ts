import { expect, it } from 'vitest';
import { memory, openTheatre } from './theatre.ts';

it('calls that wait in a thread behind one that computes are taken by the next that is free', async () => {
  const { client, runtime: make, stage, lines } = await openTheatre(memory);
  const runtime = make({ pool: { threads: 2 }, rpc: { lookAhead: 16 } });
  await runtime.start({ executor: 'pool' });
  const long = [client.call({}, 'block', { value: 0 }), client.call({}, 'block', { value: 1 })];
  await stage.untilEntered(2);
  const short = Array.from({ length: 12 }, (_, value) => client.call({}, 'echo', { value }));
  stage.release();
  // One of the two computes on, and whoever was sent behind it is answered all the same.
  expect(await Promise.all(short)).toEqual(Array.from({ length: 12 }, (_, value) => value));
  expect(stage.running).toBe(1);
  stage.release();
  expect(await Promise.all(long)).toEqual([0, 1]);
  expect(lines).toEqual([]);
});
