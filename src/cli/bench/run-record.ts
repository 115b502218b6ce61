import { presentableLine } from '../output.ts';
import { FailedCalls } from './failed-calls.ts';
import type { WindowReport } from './measure.ts';
import type { BenchRound, BenchSeries } from './result.ts';
import type { WindowPlace } from './window-place.ts';

/** From here on the client rather than the service may be what is measured. */
const busyClient = 0.9;

/** Collects what has been found so far, so that an interruption loses none of it. */
export class RunRecord {
  readonly #measure: string;
  readonly #series: readonly (Omit<BenchSeries, 'rounds'> & { readonly rounds: BenchRound[] })[];
  readonly #skipped = new Map<string, string>();
  readonly #failed = new Map<string, FailedCalls>();
  readonly #busyAt = new Set<number>();
  readonly #cut: string[] = [];

  /** Begins with all series that there are to be, empty. */
  constructor(measure: string, subjects: readonly string[], concurrency: readonly number[]) {
    this.#measure = measure;
    this.#series = concurrency.flatMap((outstanding) =>
      subjects.map((subject) => ({ measure, subject, outstanding, rounds: [] })),
    );
  }

  add({ subject, outstanding }: WindowPlace, report: WindowReport): void {
    const series = this.#series.find(
      (one) => one.subject === subject && one.outstanding === outstanding,
    );
    const failed = this.#failed.get(subject) ?? new FailedCalls();
    failed.addAll(report.failed);
    this.#failed.set(subject, failed);
    // Part of a window is better than nothing, and than nothing only.
    if (series === undefined || (report.isCut && series.rounds.length > 0)) return;
    series.rounds.push(report.round);
    if (report.isCut) this.#cut.push(`${subject} with ${outstanding} outstanding`);
    if (report.clientLoad >= busyClient) this.#busyAt.add(outstanding);
  }

  /** Notes why nothing more will come of a subject. */
  skip(subject: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#skipped.set(subject, presentableLine(reason));
  }

  /** Whether nothing has been measured. */
  get isEmpty(): boolean {
    return this.#series.every(({ rounds }) => rounds.length === 0);
  }

  /** What did not go as it should, in short; undefined if all did. */
  get shortcomings(): string | undefined {
    const failed = [...this.#failed.values()].reduce((sum, { count }) => sum + count, 0);
    const parts = [
      ...(failed > 0 ? [`${failed} calls failed`] : []),
      ...[...this.#skipped.keys()].map((subject) => `${subject} was left out`),
    ];
    return parts.length === 0 ? undefined : `${parts.join(', ')}: see the notes`;
  }

  /** All series; those without rounds say why. */
  series(): BenchSeries[] {
    return this.#series.map((one) => {
      if (one.rounds.length > 0) return { ...one, rounds: [...one.rounds] };
      return { ...one, skipped: this.#skipped.get(one.subject) ?? 'there was no time for it' };
    });
  }

  /** What a reader of the figures has to know. */
  notes(): string[] {
    return [
      ...this.#failureNotes(),
      ...this.#skipNotes(),
      ...this.#cutNotes(),
      ...this.#loadNotes(),
    ];
  }

  #failureNotes(): string[] {
    return [...this.#failed]
      .filter(([, { count }]) => count > 0)
      .map(([subject, failed]) => `${this.#measure} failed under ${subject}: ${failed.describe()}`);
  }

  #skipNotes(): string[] {
    return [...this.#skipped].map(([subject, reason]) => `${subject} was left out: ${reason}`);
  }

  #cutNotes(): string[] {
    return this.#cut.map((what) => `${what} was measured for a part of its time only`);
  }

  #loadNotes(): string[] {
    if (this.#busyAt.size === 0) return [];
    const loads = [...this.#busyAt].toSorted((a, b) => a - b).join(', ');
    return [
      `with ${loads} outstanding the client's own event loop was busy for nine tenths of the time: the service may do more than it shows here`,
    ];
  }
}
