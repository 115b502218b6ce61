import {
  closeSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CancelReason, cancelReasons } from '../../cancel-reason.ts';

/** Where files live in memory, on Linux. */
const memoryDirectory = '/dev/shm';

/**
 * Why the calls in a host's places are to stop, in a file: processes share no memory, and a method that
 * never lets a message in can still read. A byte a place.
 */
export class FileFlags {
  /** For {@link FlagsReader}. */
  readonly path: string;
  readonly #fd: number;
  readonly #raised: Uint8Array;
  #directory: string | undefined;

  /** @throws the system's error when neither memory nor the temporary directory can be written. */
  constructor(places: number) {
    this.#raised = new Uint8Array(places);
    const { directory, file, fd } = makeFile(this.#raised);
    this.#directory = directory;
    this.#fd = fd;
    if (mayReachOurFiles()) {
      this.path = `/proc/${process.pid}/fd/${fd}`;
      this.unlink();
    } else {
      this.path = file;
    }
  }

  /** `undefined` takes the flag down. */
  write(place: number, reason: CancelReason | undefined): void {
    const flag = reason === undefined ? 0 : cancelReasons.indexOf(reason) + 1;
    if (this.#raised[place] === flag) return;
    this.#raised[place] = flag;
    writeSync(this.#fd, this.#raised, place, 1, place);
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
  constructor(path: string, places: number) {
    this.#fd = openSync(path, 'r');
    this.#flags = new Uint8Array(places);
  }

  /** A flag that has gone up is seen a millisecond later, one that was taken down at once. */
  read(place: number): CancelReason | undefined {
    const now = performance.now();
    if (this.#flags[place] !== 0 || now - this.#readAt >= freshMs) {
      readSync(this.#fd, this.#flags, 0, this.#flags.length, 0);
      this.#readAt = now;
    }
    return cancelReasons[(this.#flags[place] ?? 0) - 1];
  }
}

interface MadeFile {
  readonly directory: string;
  readonly file: string;
  readonly fd: number;
}

/** Makes a file in a directory that only this user can look into. */
function makeFile(content: Uint8Array): MadeFile {
  try {
    return makeFileIn(memoryDirectory, content);
  } catch {
    return makeFileIn(tmpdir(), content); // It does not exist, is full, or may not be written to.
  }
}

function makeFileIn(parent: string, content: Uint8Array): MadeFile {
  const directory = mkdtempSync(join(parent, 'greenroom-flags-'));
  try {
    const file = join(directory, 'flags');
    // With its content: a write later on finds its place taken, also when the disk is full by then.
    writeFileSync(file, content, { mode: 0o600, flag: 'wx' });
    return { directory, file, fd: openSync(file, 'r+') };
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
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
