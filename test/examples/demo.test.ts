import { executorNames } from 'greenroom';
import { describe, expect, it } from 'vitest';
import { Program } from './program.ts';

const demo = (...args: string[]): string[] => ['scripts/demo.mjs', ...args];

describe('npm run demo', { timeout: 120_000 }, () => {
  it('prints a row of numbers per executor, and what they show', async () => {
    const { code, stdout, stderr } = await Program.run(process.execPath, demo('--seconds', '1'), {
      // It compares the executors; what the environment says of one is not for it.
      GREENROOM_EXECUTOR: 'async',
    });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const rows = stdout.split('\n').map((line) => line.match(/[a-z0-9.]+/gi) ?? []);
    for (const executor of executorNames) {
      const [, ...cells] = rows.find(([name]) => name === executor) ?? [];
      const numbers = cells.map(Number);
      expect(numbers).toHaveLength(6);
      for (const number of numbers) expect(number).toBeGreaterThanOrEqual(0);
      expect(numbers[0]).toBeGreaterThan(0);
      expect(stderr).toContain(`${executor}: measuring`);
    }
    expect(stdout).toMatch(/pool answered [\d.]+ times as many calls as async/);
  });

  it('ends at Ctrl-C, with the exit code of a program that a signal ended', async () => {
    const program = new Program(process.execPath, demo('--seconds', '30'));
    await program.printed('blocking: measuring');
    const { code, stderr } = await program.interrupt();
    expect(stderr).toContain('interrupted by SIGINT');
    expect(code).toBe(130);
  });

  it.each([
    ['--seconds', 'soon'],
    ['--minutes', '1'],
  ])('refuses %s %s with its usage', async (...args) => {
    const { code, stderr } = await Program.run(process.execPath, demo(...args));
    expect(stderr).toContain('Usage: npm run demo');
    expect(code).toBe(2);
  });
});
