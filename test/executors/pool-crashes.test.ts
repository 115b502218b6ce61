import { describe, expect, it, onTestFinished } from 'vitest';
import { ExecutorLoadFailure } from '../../src/errors.ts';
import { requestBody, runBody } from './conformance/workshop.ts';
import { inlineModule } from './inline-module.ts';
import { makePool } from './pool-making.ts';

describe('a pool', () => {
  it('closes with an error when a host cannot be replaced', async () => {
    const url = inlineModule(`export default class Once {
      constructor({ memory }) {
        if (Atomics.add(new Int32Array(memory), 0, 1) > 0) throw new Error('once is enough');
      }
      exit() { process.exit(1) }
    }`);
    const memory = new SharedArrayBuffer(4);
    const executor = makePool({ endpoints: [{ url, options: { memory } }] });
    await executor.start(new AbortController().signal);
    const { outcome } = runBody(executor, requestBody({ method: 'exit' }));
    expect((await outcome).type).toBe('lost');
    const reason = await executor.closed;
    expect(reason).toBeInstanceOf(ExecutorLoadFailure);
    expect(reason?.message).toMatch(/hosts could not be replaced: .*once is enough/);
    await executor.whenCredit();
    expect((await runBody(executor, requestBody({})).outcome).type).toBe('lost');
    await executor.stop();
  });

  it('[restarts] closes with an error when hosts crash more often than they may', async () => {
    const executor = makePool({
      endpoints: [{ url: inlineModule('export default { exit() { process.exit(1) } }') }],
      restarts: { max: 2, withinMs: 60_000 },
    });
    onTestFinished(() => executor.stop());
    await executor.start(new AbortController().signal);
    for (let crashes = 0; crashes < 3; crashes++) {
      await executor.whenCredit();
      const { outcome } = runBody(executor, requestBody({ method: 'exit' }));
      expect(await outcome).toMatchObject({ type: 'lost', error: { kind: 'exit' } });
    }
    const reason = await executor.closed;
    expect(reason).toBeInstanceOf(ExecutorLoadFailure);
    expect(reason?.message).toMatch(/2 hosts died within 60 s/);
    expect((await runBody(executor, requestBody({})).outcome).type).toBe('lost');
  });
});
