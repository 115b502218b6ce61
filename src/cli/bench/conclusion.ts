import { formatFigure, formatRatio } from './figures.ts';
import { metrics, spreadIn } from './metrics.ts';
import type { BenchSeries } from './result.ts';
import { areApart, type Spread } from './spread.ts';

/** A server that answers 99 of 100 pings within this stays responsive, whatever others do. */
const responsiveMs = 50;

/**
 * Says which subject suits and why: of those that stay responsive under the highest load the one with the
 * highest throughput, and where that is no difference the one that takes less CPU.
 *
 * @returns Nothing when there are not two to choose from.
 */
export function concludeBench(series: readonly BenchSeries[]): string | undefined {
  const candidates = candidatesAt(highestLoad(series), series);
  const best = choose(candidates);
  if (best === undefined) return undefined;
  const others = byThroughput(candidates.filter((one) => one !== best));
  const unlike = others.filter((other) => isUnlike(best, other));
  // What it is held against is the fastest one from which it differs.
  const rival = unlike[0] ?? others[0];
  if (rival === undefined) return undefined;
  const alike = others.filter((other) => other !== rival && !unlike.includes(other));
  const load = best.series.outstanding;
  const why = reasons(best, rival).join('; ');
  return [
    `With ${load} outstanding ${best.subject} suits: ${why}.`,
    ...alike.map(({ subject }) => `There ${best.subject} and ${subject} can't be told apart.`),
    ...soonestAlone(series, best),
  ].join(' ');
}

interface Candidate {
  readonly subject: string;
  readonly series: BenchSeries;
  readonly throughput: Spread;
  readonly ping: Spread | undefined;
  readonly serverCpu: Spread | undefined;
  readonly errors: number;
  /** Whether it was there in all rounds and under every load. */
  readonly isComplete: boolean;
}

/** The highest number of outstanding calls under which there are two to choose from. */
function highestLoad(series: readonly BenchSeries[]): number {
  const measured = series.filter(({ rounds }) => rounds.length > 0);
  const loads = measured
    .map(({ outstanding }) => outstanding)
    .filter((load, index, all) => all.indexOf(load) !== index);
  return loads.reduce((a, b) => Math.max(a, b), 0);
}

function candidatesAt(outstanding: number, series: readonly BenchSeries[]): Candidate[] {
  const allRounds = series.map(({ rounds }) => rounds.length).reduce((a, b) => Math.max(a, b), 0);
  return series.flatMap((one): Candidate[] => {
    const throughput = spreadIn(one, metrics.callsPerSecond);
    if (one.outstanding !== outstanding || throughput === undefined) return [];
    const ping = spreadIn(one, metrics.ping);
    const serverCpu = spreadIn(one, metrics.serverCpu);
    const errors = one.rounds.reduce((sum, round) => sum + round.errors, 0);
    const own = series.filter(({ subject }) => subject === one.subject);
    const isComplete = own.every(({ rounds }) => rounds.length === allRounds);
    const { subject } = one;
    return [{ subject, series: one, throughput, ping, serverCpu, errors, isComplete }];
  });
}

function choose(candidates: readonly Candidate[]): Candidate | undefined {
  const sound = preferring(candidates, ({ errors, isComplete }) => isComplete && errors === 0);
  const pings = sound.flatMap(({ ping }) => ping?.median ?? []);
  // Where none stays responsive, those that come near the best of them do best.
  const limitMs = Math.max(
    responsiveMs,
    2 * pings.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  );
  const responsive = sound.filter(({ ping }) => ping === undefined || ping.median <= limitMs);
  const [fastest] = byThroughput(responsive);
  if (fastest === undefined) return undefined;
  const equals = responsive.filter((one) => !areApart(one.throughput, fastest.throughput));
  return equals.reduce((a, b) => (isCheaper(b, a) ? b : a), fastest);
}

/** Those for whom it holds; all of them if it holds for none. */
function preferring(
  candidates: readonly Candidate[],
  holds: (one: Candidate) => boolean,
): readonly Candidate[] {
  const found = candidates.filter(holds);
  return found.length > 0 ? found : candidates;
}

function byThroughput(candidates: readonly Candidate[]): Candidate[] {
  return candidates.toSorted((a, b) => b.throughput.median - a.throughput.median);
}

function isCheaper({ serverCpu: a }: Candidate, { serverCpu: b }: Candidate): boolean {
  return a !== undefined && b !== undefined && areApart(a, b) && a.median < b.median;
}

/** Whether there is a figure in which they can be told apart, or a reason not to take the other. */
function isUnlike(best: Candidate, other: Candidate): boolean {
  const pairs = [
    [best.throughput, other.throughput],
    [best.ping, other.ping],
    [best.serverCpu, other.serverCpu],
  ] as const;
  const areDistinct = pairs.some(([a, b]) => a !== undefined && b !== undefined && areApart(a, b));
  return areDistinct || !other.isComplete || other.errors > 0;
}

/** What speaks for the one against the other, and what against it. */
function reasons(best: Candidate, rival: Candidate): string[] {
  return [
    throughputReason(best, rival),
    pingReason(best, rival),
    cpuReason(best, rival),
    failureReason(rival),
  ].filter((reason) => reason !== undefined);
}

function throughputReason(best: Candidate, rival: Candidate): string {
  const [ours, theirs] = [best.throughput.median, rival.throughput.median];
  const figures = `${formatFigure(ours)} against ${formatFigure(theirs)} calls/s`;
  if (areApart(best.throughput, rival.throughput)) {
    return `${formatRatio(ours, theirs)} × the throughput of ${rival.subject} (${figures})`;
  }
  if (Math.abs(ours / theirs - 1) < 0.1)
    return `about as many calls as ${rival.subject} (${figures})`;
  return `${formatRatio(ours, theirs)} × the throughput of ${rival.subject}, which may be noise (${figures})`;
}

function pingReason({ ping }: Candidate, rival: Candidate): string | undefined {
  if (ping === undefined || rival.ping === undefined) return undefined;
  const [ours, theirs] = [ping.median, rival.ping.median];
  const against =
    theirs > Math.max(ours, responsiveMs)
      ? `instead of ${formatFigure(theirs)}`
      : `(${formatFigure(theirs)} there)`;
  return `99 of 100 pings beside it were answered within ${formatFigure(ours)} ms ${against}`;
}

function cpuReason({ serverCpu }: Candidate, rival: Candidate): string | undefined {
  if (serverCpu === undefined || rival.serverCpu === undefined) return undefined;
  if (!areApart(serverCpu, rival.serverCpu)) return undefined;
  return `${formatRatio(serverCpu.median, rival.serverCpu.median)} × its server CPU per call`;
}

function failureReason({ subject, isComplete, errors }: Candidate): string | undefined {
  if (!isComplete) return `${subject} did not last`;
  return errors === 0 ? undefined : `${formatFigure(errors)} calls failed under ${subject}`;
}

/** Where a lone call is answered sooner than under what suits best, which a lightly used service may prefer. */
function soonestAlone(series: readonly BenchSeries[], best: Candidate): string[] {
  if (best.series.outstanding === 1) return [];
  const alone = candidatesAt(1, series).flatMap(({ subject, series: one }) => {
    const p50 = spreadIn(one, metrics.p50);
    return p50 === undefined ? [] : [{ subject, p50 }];
  });
  const own = alone.find(({ subject }) => subject === best.subject);
  const [soonest] = alone.toSorted((a, b) => a.p50.median - b.p50.median);
  if (own === undefined || soonest === undefined || soonest === own) return [];
  if (!areApart(soonest.p50, own.p50) || soonest.p50.median > own.p50.median * 0.9) return [];
  return [
    `A lone call is answered sooner under ${soonest.subject}: in ${formatFigure(soonest.p50.median)} ms instead of ${formatFigure(own.p50.median)} (median).`,
  ];
}
