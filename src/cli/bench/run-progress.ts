import { formatDuration } from '../durations.ts';
import { type Output, presentableLine } from '../output.ts';
import { Progress } from '../progress.ts';
import { formatFigure } from './figures.ts';
import type { RunWatcher } from './plan.ts';
import type { BenchRound } from './result.ts';
import type { WindowPlace } from './window-place.ts';

/** Tells on stderr how a benchmark goes: a line for each window that has been measured. */
export class RunProgress implements RunWatcher {
  readonly #output: Output;
  readonly #progress: Progress;
  readonly #isQuiet: boolean;
  #windows = 0;
  #done = 0;

  /** @param isQuiet - Whether only a terminal's passing line is wanted. */
  constructor(output: Output, isQuiet: boolean) {
    this.#output = output;
    this.#isQuiet = isQuiet;
    this.#progress = new Progress(output, { plainLines: false });
  }

  /** Says what is done before the first window. */
  step(what: string): void {
    this.#progress.step(what);
  }

  /** Says what is to come. */
  plan(windows: number, durationMs: number): void {
    this.#windows = windows;
    const count = windows === 1 ? '1 window' : `${windows} windows`;
    this.#tell(`${count} to measure, about ${formatDuration(durationMs)}`);
  }

  begins(place: WindowPlace): void {
    this.#progress.step(`[${this.#done + 1}/${this.#windows}] ${describe(place)}`);
  }

  measured(place: WindowPlace, { callsPerSecond, p99Ms, errors }: BenchRound): void {
    this.#done++;
    const failed = errors === 0 ? '' : `, ${errors} failed`;
    const figures = `${formatFigure(callsPerSecond)} calls/s, p99 ${formatFigure(p99Ms)} ms${failed}`;
    this.#tell(`[${this.#done}/${this.#windows}] ${describe(place)}: ${figures}`);
  }

  skipped(subject: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#tell(`${subject} is left out: ${reason}`);
  }

  /** Ends it; owed by whoever made it. */
  end(): void {
    this.#progress.end();
  }

  #tell(line: string): void {
    if (!this.#isQuiet) this.#output.notice(presentableLine(line));
  }
}

function describe({ round, subject, outstanding }: WindowPlace): string {
  return `round ${round}, ${subject}, ${outstanding} outstanding`;
}
