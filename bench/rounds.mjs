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
  const { missing, rounds, progress, signal } = surroundings;
  const tracks = entries.map((entry) => newTrack(measure, entry, missing));
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const inOrder = round % 2 === 1 ? tracks : tracks.toReversed();
      for (const track of inOrder) {
        const skipped = track.series.some((series) => series.skipped !== undefined);
        if (skipped) progress.skip(track.series.length);
        else await runTrack(measure, track, { ...surroundings, round });
      }
    }
  } finally {
    for (const track of tracks) {
      if (signal.aborted) track.session?.kill();
      await endSession(track);
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

/**
 * One round of a subject. Those of a measure of calls share their processes, so that what V8 has compiled, as
 * it has in any service that runs, is; of others each has its own. That it fails is a finding, and the others go on.
 */
async function runTrack(measure, track, surroundings) {
  const { round, rounds, warmUpMs, windowMs, workRounds, progress, signal } = surroundings;
  const { subject, series } = track;
  signal.throwIfAborted();
  const job = { ...measure.job({ workRounds }), warmUpMs, windowMs };
  const kill = () => track.session?.kill();
  signal.addEventListener('abort', kill);
  try {
    track.session ??= await startedSession(track, measure, job, surroundings);
    const { session } = track;
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
    kill();
    for (const one of series) one.skipped = `failed in round ${round}: ${firstLine(error)}`;
  } finally {
    if (job.type !== 'calls') await endSession(track);
    signal.removeEventListener('abort', kill);
  }
}

async function startedSession(track, measure, { type }, { broker, warmUpMs }) {
  const session = new Session(track.subject, measure, broker);
  track.session = session; // From here on, so that it is ended whatever happens.
  await session.start();
  if (type === 'calls') await session.burst(2 * warmUpMs);
  return session;
}

async function endSession(track) {
  const { session } = track;
  track.session = undefined;
  await session?.end();
}

function firstLine({ message }) {
  return message.split('\n', 1)[0];
}
