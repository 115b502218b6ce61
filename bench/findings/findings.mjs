import { metrics, spreadIn } from '../../dist/cli/bench/metrics.js';
import { reference, referenceAgain } from '../subjects.mjs';

/** Looks things up in a result; figures are medians over the rounds. */
export class Findings {
  #series;

  /** @param {readonly import('../../dist/cli/bench/result.js').BenchSeries[]} series */
  constructor(series) {
    this.#series = series;
  }

  /**
   * @param {string} measure
   * @param {string} subject
   * @param {number} outstanding
   */
  series(measure, subject, outstanding) {
    return this.#series.find(
      (series) =>
        series.measure === measure &&
        series.subject === subject &&
        series.outstanding === outstanding,
    );
  }

  /**
   * The median of one figure.
   *
   * @param {{ measure: string, subject: string, outstanding: number }} where
   * @param {import('../../dist/cli/bench/metrics.js').MetricName} name
   * @returns {number | undefined} Nothing when it was not measured.
   */
  median({ measure, subject, outstanding }, name) {
    const series = this.series(measure, subject, outstanding);
    return series && spreadIn(series, metrics[name])?.median;
  }

  /** One figure as a multiple of the reference's under the same load. */
  ratio(where, name) {
    return quotient(this.median(where, name), this.median({ ...where, subject: reference }, name));
  }

  /**
   * How far the reference is from itself, measured twice in the same rounds: what a difference has to
   * exceed to mean anything. As a share: 0.05 is 5 %. The most of all pairs, where there is none of
   * the same load.
   */
  noise({ measure, outstanding }, name) {
    const pairs = this.#series.filter(({ subject }) => subject === referenceAgain);
    const same = pairs.filter(
      (pair) => pair.measure === measure && pair.outstanding === outstanding,
    );
    const shares = (same.length > 0 ? same : pairs)
      .map((pair) => this.ratio(pair, name))
      .filter((share) => share !== undefined)
      .map((share) => Math.abs(share - 1));
    return shares.length === 0 ? undefined : Math.max(...shares);
  }
}

/**
 * @param {number | undefined} value
 * @param {number | undefined} of
 */
export function quotient(value, of) {
  return value === undefined || !of ? undefined : value / of;
}
