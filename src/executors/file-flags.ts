import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CancelReason, cancelReasons } from '../cancel-reason.ts';

/** Where files live in memory, on Linux. */
const memoryDirectory = '/dev/shm';

/**
 * Why the calls in a host's slots are to stop, in a file: processes share no memory, and a method that
 * never lets a message in can still read. A byte a slot.
 */
export class FileFlags {
  /** For {@link FlagsReader}. */
  readonly path: string;
  readonly #fd: number;
  readonly #raised: Uint8Array;
  #directory: string | undefined;

  /** @throws the system's error when neither memory nor the temporary directory can be written. */
  constructor(slots: number) {
    this.#directory = makeDirectory();
    const file = join(this.#directory, 'flags');
    this.#fd = openSync(file, 'wx+', 0o600);
    ftruncateSync(this.#fd, slots);
    this.#raised = new Uint8Array(slots);
    if (mayReachOurFiles()) {
      this.path = `/proc/${process.pid}/fd/${this.#fd}`;
      this.unlink();
    } else {
      this.path = file;
    }
  }

  /** `undefined` takes the flag down. */
  write(slot: number, reason: CancelReason | undefined): void {
    const flag = reason === undefined ? 0 : cancelReasons.indexOf(reason) + 1;
    if (this.#raised[slot] === flag) return;
    this.#raised[slot] = flag;
    writeSync(this.#fd, this.#raised, slot, 1, slot);
  }

  /** Leaves nothing on the disk; whoever has the file open keeps it. Idempotent. */
  unlink(): void {
    if (this.#directory === undefined) return;
    rmSync(this.#directory, { recursive: true, force: true });
    this.#directory = undefined;
  }

  /** Lets go of the file; to be called once, after the last {@link write}. */
  close(): void {
    this.unlink();
    closeSync(this.#fd);
  }
}

/** How long what was read holds, in milliseconds: a reading costs a microsecond, a hot loop many. */
const freshMs = 1;

/** The flags of {@link FileFlags}, in the host's process. */
export class FlagsReader {
  readonly #fd: number;
  readonly #flags: Uint8Array;
  #readAt = Number.NEGATIVE_INFINITY;

  /** @throws the system's error when the file can't be opened. */
  constructor(path: string, slots: number) {
    this.#fd = openSync(path, 'r');
    this.#flags = new Uint8Array(slots);
  }

  /** A flag that has gone up is seen a millisecond later, one that was taken down at once. */
  read(slot: number): CancelReason | undefined {
    const now = performance.now();
    if (this.#flags[slot] !== 0 || now - this.#readAt >= freshMs) {
      readSync(this.#fd, this.#flags, 0, this.#flags.length, 0);
      this.#readAt = now;
    }
    return cancelReasons[(this.#flags[slot] ?? 0) - 1];
  }
}

/** Makes a directory that only this user can look into. */
function makeDirectory(): string {
  const name = 'greenroom-flags-';
  try {
    return mkdtempSync(join(memoryDirectory, name));
  } catch {
    return mkdtempSync(join(tmpdir(), name)); // It does not exist, or may not be written to.
  }
}

/**
 * Whether another process of this user can open a file of ours that has no name any more: on Linux, unless
 * the kernel guards this process because it has changed its user, say; its files are root's then.
 */
function mayReachOurFiles(): boolean {
  const owner = statSync(`/proc/${process.pid}/fd`, { throwIfNoEntry: false })?.uid;
  return owner !== undefined && owner === process.geteuid?.();
}
