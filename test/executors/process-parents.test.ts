import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { endsByItself } from '../support/leaks.ts';

const program = new URL('runtime-of-casualties.ts', import.meta.url);

describe('a process that has hosts in child processes', () => {
  it('takes them with it when it is killed', async () => {
    const parent = spawn(
      process.execPath,
      [...process.execArgv, fileURLToPath(program), 'be-killed'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    try {
      for await (const line of createInterface(parent.stdout)) {
        const [, pid] = /^pid (\d+)$/.exec(line) ?? [];
        if (pid === undefined) continue;
        expect(isRunning(Number(pid))).toBe(true);
        parent.kill('SIGKILL');
        await expect.poll(() => isRunning(Number(pid))).toBe(false);
      }
    } finally {
      parent.kill('SIGKILL');
    }
  });

  it('is kept by nothing of theirs, and hands on all that they write, to the last words', async () => {
    const end = await endsByItself(program, { args: ['end'], timeoutMs: 60_000 });
    expect([end.code, end.signal]).toEqual([0, null]);
    const lines = [end.stdout, end.stderr].map((text) =>
      text.split('\n').filter((line) => !line.startsWith('...')),
    );
    expect(lines[0]).toContain('last words to stdout');
    expect(lines[0]).toContain('kind signal');
    expect(lines[1]).toContain('last words to stderr');
  });
});

/** Whether a process is there and not only waiting for its parent, who may not look, to see its end. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
