import { describe, expect, it } from 'vitest';
import { endsByItself } from './leaks.ts';

describe('endsByItself', () => {
  it('gives what a script printed and how it ended', async () => {
    const script = "console.log(process.argv[1]); console.error('e'); process.exitCode = 3;";
    expect(await endsByItself(script, { args: ['a'] })).toMatchObject({
      code: 3,
      signal: null,
      stdout: 'a\n',
    });
  });

  it('says what keeps a script alive', async () => {
    await expect(
      endsByItself('setInterval(() => {}, 1_000);', { timeoutMs: 2_000 }),
    ).rejects.toThrow(/not ended after 2000 ms[\s\S]*kept alive by: .*Timeout/);
  });

  it('runs TypeScript', async () => {
    const script =
      "import { longestTimerMs } from './src/waiting.ts'; console.log(longestTimerMs);";
    expect((await endsByItself(script)).stdout).toBe('2147483647\n');
  });
});
