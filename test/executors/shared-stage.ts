import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** How often a side looks for what the other has done: processes have no memory to wait on together. */
const lookMs = 2;

/**
 * A folder in which an endpoint, in whichever thread or process it lives, tells a test what it does, and
 * is told to go on: no message is needed, so it works while either side is busy.
 */
export class SharedStage {
  /** Crosses to anywhere as it is: hand it to the endpoint's constructor. */
  readonly folder: string;
  /** A `+` for each method that has begun and a `-` for each that has ended, in their order. */
  readonly #entrances: string;
  /** What methods have noted, a line each. */
  readonly #notes: string;
  /** A file for each release: whoever deletes it is released. */
  readonly #releases: string;
  #released = 0;

  /** The stage in a folder that is there already. */
  constructor(folder: string) {
    this.folder = folder;
    this.#entrances = join(folder, 'entrances');
    this.#notes = join(folder, 'notes');
    this.#releases = join(folder, 'releases');
  }

  /** Makes a stage, with a folder of its own; to be {@link close}d. */
  static open(): SharedStage {
    const stage = new SharedStage(mkdtempSync(join(tmpdir(), 'greenroom-stage-')));
    mkdirSync(stage.#releases);
    stage.reset();
    return stage;
  }

  /** How many methods have begun. */
  get entered(): number {
    return this.#steps().filter((step) => step === '+').length;
  }

  /** How many methods run now. */
  get running(): number {
    return this.#counts().at(-1) ?? 0;
  }

  /** How many methods ran at once, at the most. */
  get peak(): number {
    return Math.max(0, ...this.#counts());
  }

  /** What was noted, in its order. */
  get notes(): string[] {
    return readFileSync(this.#notes, 'utf8').split('\n').slice(0, -1);
  }

  /** A method has begun. */
  enter(): void {
    appendFileSync(this.#entrances, '+');
  }

  /** A method has ended. */
  leave(): void {
    appendFileSync(this.#entrances, '-');
  }

  /** Writes a line down. */
  note(text: string): void {
    appendFileSync(this.#notes, `${text}\n`);
  }

  /** Lets so many methods go that are held, or will be. */
  release(count = 1): void {
    for (let i = 0; i < count; i++) writeFileSync(join(this.#releases, `${this.#released++}`), '');
  }

  /** Waits until so many methods have begun in all. */
  async untilEntered(count: number): Promise<void> {
    while (this.entered < count) await pause(lookMs);
  }

  /** Waits until so many lines have been noted in all. */
  async untilNoted(count: number): Promise<void> {
    while (this.notes.length < count) await pause(lookMs);
  }

  /** Waits for a {@link release}, and lets the thread do other things meanwhile. */
  async hold(): Promise<void> {
    while (!this.#take()) await pause(lookMs);
  }

  /** Waits for a {@link release}, and keeps the thread, as a method does that computes. */
  block(): void {
    const nothing = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    while (!this.#take()) Atomics.wait(nothing, 0, 0, lookMs);
  }

  /** Forgets all that was counted and noted; nothing may run. */
  reset(): void {
    writeFileSync(this.#entrances, '');
    writeFileSync(this.#notes, '');
    while (this.#take());
  }

  /** Removes the folder; a method that is held there ends with an error. Idempotent. */
  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Takes one release, if there is one. */
  #take(): boolean {
    return readdirSync(this.#releases).some((name) => {
      try {
        unlinkSync(join(this.#releases, name));
        return true;
      } catch {
        return false; // Another was quicker.
      }
    });
  }

  #steps(): string[] {
    return [...readFileSync(this.#entrances, 'latin1')];
  }

  /** How many ran after each step. */
  #counts(): number[] {
    let running = 0;
    return this.#steps().map((step) => {
      running += step === '+' ? 1 : -1;
      return running;
    });
  }
}
