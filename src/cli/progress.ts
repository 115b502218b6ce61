import { formatDuration } from './durations.ts';
import type { Output } from './output.ts';

/** How a {@link Progress} shows. */
export interface ProgressOptions {
  /** Whether it shows where there is no terminal, as plain lines. */
  readonly plainLines: boolean;
}

/** What is over sooner needs no progress. */
const patienceMs = 500;
const repeatPlainMs = 10_000;

/** Tells a person who waits what for; says nothing about what takes no time. */
export class Progress {
  readonly #output: Output;
  readonly #plainLines: boolean;
  readonly #begun: number = performance.now();
  readonly #timer: NodeJS.Timeout;
  #step = '';
  #toldStep = '';
  #toldAt = 0;

  constructor(output: Output, { plainLines }: ProgressOptions) {
    this.#output = output;
    this.#plainLines = plainLines;
    this.#timer = setInterval(() => this.#show(), 250);
  }

  /** Says what is done from now on. */
  step(what: string): void {
    this.#step = what;
    this.#show();
  }

  /** Ends it; owed by whoever made it. */
  end(): void {
    clearInterval(this.#timer);
    this.#output.passing('');
  }

  #show(): void {
    const now = performance.now();
    const elapsedMs = now - this.#begun;
    if (elapsedMs < patienceMs || this.#step === '') return;
    if (this.#output.isInteractive) {
      this.#output.passing(`${this.#step} … ${Math.round(elapsedMs / 1000)} s`);
      return;
    }
    const isNews = this.#step !== this.#toldStep || now - this.#toldAt > repeatPlainMs;
    if (!this.#plainLines || !isNews) return;
    this.#toldStep = this.#step;
    this.#toldAt = now;
    this.#output.notice(`${this.#step} … ${formatDuration(elapsedMs)} so far`);
  }
}
