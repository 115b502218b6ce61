import { Session } from './session.mjs';

/**
 * Measures everybody under one measure, round by round.
 *
 * Interleaved: what disturbs the machine for a while then disturbs all. Every other round goes
 * backwards, so that nobody is always the one after the same neighbour.
 *
 * @param {import('./plan.mjs').PlannedMeasure} planned
 * @param {object} surroundings
 * @param {import('./broker.mjs').Broker} surroundings.broker
 * @param {Readonly<Record<string, string>>} surroundings.missing Why what is needed is not there.
 * @param {number} surroundings.rounds
 * @param {number} surroundings.warmUpMs
 * @param {number} surroundings.windowMs
 * @param {number} surroundings.workRounds
 * @param {import('./progress.mjs').Progress} surroundings.progress
 * @param {AbortSignal} surroundings.signal
 * @returns {Promise<import('../dist/cli/bench/result.js').BenchSeries[]>}
 */
export async function measureRounds({ measure, entries }, surroundings) {
  const { missing, rounds, progress } = surroundings;
  const tracks = entries.map((entry) => newTrack(measure, entry, missing));
  for (let round = 1; round <= rounds; round += 1) {
    const inOrder = round % 2 === 1 ? tracks : tracks.toReversed();
    for (const track of inOrder) {
      const skipped = track.series.some((series) => series.skipped !== undefined);
      if (skipped) progress.skip(track.series.length);
      else await runTrack(measure, track, { ...surroundings, round });
    }
  }
  return tracks
    .flatMap(({ series }) => series)
    .toSorted((one, other) => one.outstanding - other.outstanding);
}

function newTrack(measure, { subject, outstanding }, missing) {
  const [reason] = (subject.needs ?? []).map((need) => missing[need]).filter(Boolean);
  const series = outstanding.map((count) => ({
    measure: measure.name,
    subject: subject.name,
    outstanding: count,
    rounds: [],
    ...(reason !== undefined && { skipped: reason }),
  }));
  return { subject, series };
}

/** One round of a subject, in fresh processes. That it fails is a finding, and the others go on. */
async function runTrack(measure, { subject, series }, surroundings) {
  const { broker, round, rounds, warmUpMs, windowMs, workRounds, progress, signal } = surroundings;
  signal.throwIfAborted();
  const session = new Session(subject, measure, broker);
  const kill = () => session.kill();
  signal.addEventListener('abort', kill);
  const job = { ...measure.job({ workRounds }), warmUpMs, windowMs };
  try {
    await session.start();
    if (job.type === 'calls') await session.burst(warmUpMs / 2);
    for (const one of series) {
      const { outstanding } = one;
      progress.step(
        `${measure.name}, round ${round}/${rounds}: ${subject.name}, ${outstanding} outstanding`,
      );
      one.rounds.push(await session.run({ ...job, outstanding }));
    }
  } catch (error) {
    signal.throwIfAborted();
    progress.show(`${subject.name} failed: ${error.message}`);
    session.kill();
    for (const one of series) one.skipped = `failed in round ${round}: ${firstLine(error)}`;
  } finally {
    await session.end();
    signal.removeEventListener('abort', kill);
  }
}

function firstLine({ message }) {
  return message.split('\n', 1)[0];
}
