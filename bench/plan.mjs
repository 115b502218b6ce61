import { measures } from './measures/all.mjs';
import { subjects } from './subjects.mjs';

/**
 * One measure, with all who are measured.
 *
 * @typedef {object} PlannedMeasure
 * @property {import('./measures/measure.mjs').Measure} measure
 * @property {readonly { subject: import('./subjects.mjs').Subject, outstanding: readonly number[] }[]} entries
 */

/**
 * What the options leave of everything that there is to measure.
 *
 * @param {import('./arguments.mjs').BenchOptions} options
 * @returns {readonly PlannedMeasure[]} In order.
 */
export function planOf({ quick, only, peers }) {
  return measures
    .filter(({ name }) => only.test(name))
    .map((measure) => ({
      measure,
      entries: entriesOf(quick ? measure.quick : measure.whole, peers),
    }))
    .filter(({ entries }) => entries.length > 0);
}

/** How many windows are measured in one round. @param {readonly PlannedMeasure[]} plan */
export function windowsIn(plan) {
  return plan.flatMap(({ entries }) => entries.flatMap(({ outstanding }) => outstanding)).length;
}

function entriesOf(measured = {}, peers) {
  return Object.entries(measured)
    .map(([id, outstanding]) => ({ subject: subjects[id], outstanding }))
    .filter(({ subject }) => subject.peer === 'amqplib' || peers.includes(subject.peer));
}
