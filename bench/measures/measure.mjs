/**
 * What is measured.
 *
 * @typedef {object} Measure
 * @property {string} name As `--only` and the result have it.
 * @property {string} about What it is, in a sentence for people.
 * @property {(settings: { workRounds: number }) => object} job What the client is told to do, see
 * `agent/client-main.mjs`.
 * @property {number} [topics] How many topics the server serves. 1 unless told.
 * @property {Plan} whole Who is measured, and with how many outstanding.
 * @property {Plan} [quick] The same for `--quick`; not at all when absent.
 */

/**
 * How many calls are outstanding, of each subject by its id in `subjects.mjs`, in the order in which
 * they are measured.
 *
 * @typedef {Readonly<Record<string, readonly number[]>>} Plan
 */

/**
 * The same for several subjects.
 *
 * @param {readonly number[]} outstanding
 * @param {readonly string[]} ids
 * @returns {Plan}
 */
export function each(outstanding, ids) {
  return Object.fromEntries(ids.map((id) => [id, outstanding]));
}
