import { expect, it } from 'vitest';
import { memory, openTheatre } from './theatre.ts';

it('[rpc.consumerTimeoutMs] has a call told of, once, that runs for most of it', async () => {
  const { client, runtime: make, stage, lines } = await openTheatre(memory);
  const runtime = make({ rpc: { acknowledge: 'on-reply', consumerTimeoutMs: 200 } });
  await runtime.start();
  const held = client.call({}, 'hold', { value: 'held' });
  await stage.untilEntered(1);
  const told = () => lines.filter(({ message }) => message.includes('consumer timeout'));
  await expect.poll(told).toEqual([
    {
      level: 'warn',
      message:
        "a call runs for nearly as long as the broker's consumer timeout, and would be delivered again",
      fields: {
        uniqueId: expect.stringMatching(/^[0-9a-f]{32}$/),
        heldMs: expect.any(Number),
        consumerTimeoutMs: 200,
      },
    },
  ]);
  stage.release();
  expect(await held).toBe('held');
  expect(told()).toHaveLength(1);
});
