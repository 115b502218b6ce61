import { measureWindow, type Pinging, type WindowReport } from './measure.ts';
import type { BenchRound } from './result.ts';
import type { RunRecord } from './run-record.ts';
import type { OpenSubject, Subject } from './subject.ts';
import type { WindowPlace } from './window-place.ts';

/** What is run. */
export interface BenchPlan {
  readonly subjects: readonly Subject[];
  readonly concurrency: readonly number[];
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  readonly call: () => Promise<unknown>;
  readonly pinger: Pinging | undefined;
}

/** Is told how it goes. */
export interface RunWatcher {
  /** A window begins. */
  begins(place: WindowPlace): void;
  /** A window has been measured. */
  measured(place: WindowPlace, round: BenchRound): void;
  /** A subject is left out from now on. */
  skipped(subject: string, error: unknown): void;
}

/** How long a plan takes, in milliseconds, without what it takes to start servers. */
export function durationOf({
  subjects,
  concurrency,
  rounds,
  warmUpMs,
  durationMs,
}: BenchPlan): number {
  return subjects.length * concurrency.length * rounds * (warmUpMs + durationMs);
}

/**
 * Runs a plan: every round measures all subjects one after the other, so that what changes on the
 * machine meanwhile is in the figures of all of them. What is found is in the record at once.
 *
 * A subject that fails is skipped from then on, as long as there are others.
 *
 * @throws what the last one failed with when none is left; the signal's reason.
 */
export async function runPlan(
  plan: BenchPlan,
  record: RunRecord,
  watcher: RunWatcher,
  signal: AbortSignal,
): Promise<void> {
  const left = new Set(plan.subjects);
  for (let round = 1; round <= plan.rounds; round++) {
    // There and back again: what always came last would always find the machine as the others left it.
    const order = round % 2 === 1 ? [...left] : [...left].reverse();
    for (const subject of order) {
      try {
        await runSubject(subject, round);
      } catch (error) {
        signal.throwIfAborted();
        left.delete(subject);
        record.skip(subject.name, error);
        if (left.size === 0) throw error;
        watcher.skipped(subject.name, error);
      }
    }
  }

  async function runSubject(subject: Subject, round: number): Promise<void> {
    const open = await subject.open(signal);
    try {
      for (const outstanding of plan.concurrency) {
        const place = { round, subject: subject.name, outstanding };
        watcher.begins(place);
        const report = await runWindow(open, outstanding);
        if (report !== undefined) {
          record.add(place, report);
          watcher.measured(place, report.round);
        }
        signal.throwIfAborted();
        open.gone?.throwIfAborted();
      }
    } finally {
      await open[Symbol.asyncDispose]();
    }
  }

  async function runWindow(
    { serverPid, gone }: OpenSubject,
    outstanding: number,
  ): Promise<WindowReport | undefined> {
    const { call, pinger, warmUpMs, durationMs } = plan;
    const ending = gone === undefined ? signal : AbortSignal.any([signal, gone]);
    return await measureWindow({
      call,
      outstanding,
      warmUpMs,
      durationMs,
      serverPid,
      pinger,
      signal: ending,
    });
  }
}
