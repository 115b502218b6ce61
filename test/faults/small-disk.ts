import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** Why no file system can be mounted here; undefined when one can. */
export const smallDiskReason: string | undefined = whyNot();

/** A file system of its own that is soon full. */
export class SmallDisk {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Mounts one until the end of the test.
   *
   * A shell holds it, and unmounts it when its stdin ends: however we end.
   */
  static async mount(sizeMb: number): Promise<SmallDisk> {
    const folder = mkdtempSync(path.join(tmpdir(), 'greenroom-disk-'));
    const script =
      'mount -t tmpfs -o size="$2"m none "$1" && echo mounted && { read -r _; umount -l "$1"; rmdir "$1"; }';
    const args = ['-c', script, 'greenroom-small-disk', folder, String(sizeMb)];
    // In a process group of its own: a Ctrl-C in the terminal does not reach it.
    const shell = spawn('/bin/sh', args, { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
    const gone = once(shell, 'exit');
    onTestFinished(async () => {
      shell.stdin.end();
      await gone;
    });
    const [said] = await Promise.race([once(shell.stdout, 'data'), gone]);
    if (String(said) !== 'mounted\n') throw new Error(`could not mount ${folder}`);
    return new SmallDisk(folder);
  }

  /** Makes it as large as this, with what is on it. */
  grow(sizeMb: number): void {
    execFileSync('mount', ['-o', `remount,size=${sizeMb}m`, this.folder]);
  }
}

function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has a tmpfs';
  if (process.getuid?.() !== 0) return 'only root may mount a file system';
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', tmpdir()], {
      stdio: 'ignore',
    });
    return undefined;
  } catch {
    return 'no file system may be mounted here';
  }
}
