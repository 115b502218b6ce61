import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { cancelReasons } from '../../src/cancel-reason.ts';
import { FileFlags, FlagsReader } from '../../src/executors/processes/file-flags.ts';

function makeFlags(slots: number): FileFlags {
  const flags = new FileFlags(slots);
  onTestFinished(() => flags.close());
  return flags;
}

describe('FileFlags', () => {
  it('carry each reason, each in its slot', async () => {
    const flags = makeFlags(cancelReasons.length);
    const reader = new FlagsReader(flags.path, cancelReasons.length);
    for (const [slot, reason] of cancelReasons.entries()) {
      expect(reader.read(slot)).toBeUndefined();
      flags.write(slot, reason);
      await expect.poll(() => reader.read(slot)).toBe(reason);
    }
  });

  it('are down at once when they are taken down, also for who has seen them up', async () => {
    const flags = makeFlags(1);
    const reader = new FlagsReader(flags.path, 1);
    for (let i = 0; i < 100; i++) {
      flags.write(0, 'cancelled');
      while (reader.read(0) === undefined);
      flags.write(0, undefined);
      expect(reader.read(0)).toBeUndefined();
    }
  });

  it('have no name on Linux, and can be opened nevertheless', () => {
    const flags = makeFlags(1);
    expect(flags.path).toMatch(/^\/proc\/\d+\/fd\/\d+$/);
    expect(statSync(flags.path)).toMatchObject({ nlink: 0, size: 1 });
  });

  it('have a name that goes when they are unlinked, where there is no other way to them', () => {
    // As for a process that has changed its user.
    const user = vi.spyOn(process as { geteuid(): number }, 'geteuid').mockReturnValue(-1);
    const flags = makeFlags(1);
    user.mockRestore();
    const directory = dirname(flags.path);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    const reader = new FlagsReader(flags.path, 1);
    flags.unlink();
    expect(existsSync(directory)).toBe(false);
    flags.write(0, 'draining');
    expect(reader.read(0)).toBe('draining');
  });
});
