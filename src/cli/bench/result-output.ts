import { access, constants, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatJsonText } from '../json-text.ts';
import { type Output, presentableLine } from '../output.ts';
import { UsageError } from '../usage-error.ts';
import type { BenchOptions } from './bench-options.ts';
import { type Comparison, compareResults, differences, regressions } from './comparison.ts';
import { drawComparisonTable } from './comparison-table.ts';
import { formatChange } from './figures.ts';
import { readResult } from './read-result.ts';
import { renderReport } from './report.ts';
import type { BenchResult } from './result.ts';
import { drawResultTable } from './result-table.ts';

/** Something got worse by as much as `--fail-on-regression` allows, or more. */
export class RegressionFound extends Error {
  override readonly name = 'RegressionFound';
  /** As errors of the public API have one. */
  readonly code = 'ERR_GREENROOM_REGRESSION';
}

/** Where a result goes: stdout and the files that were asked for. */
export class ResultOutput {
  readonly #output: Output;
  readonly #options: BenchOptions;
  readonly #before: BenchResult | undefined;

  private constructor(output: Output, options: BenchOptions, before: BenchResult | undefined) {
    this.#output = output;
    this.#options = options;
    this.#before = before;
  }

  /**
   * Reads the result to compare with, and sees that the files can be written: better known before than
   * after minutes of measuring.
   *
   * @throws {@link UsageError} when something of that can't be done.
   */
  static async prepare(output: Output, options: BenchOptions): Promise<ResultOutput> {
    const { compare, out, report } = options;
    const before = compare === undefined ? undefined : await readResult(compare);
    for (const file of [out, report]) {
      if (file !== undefined) await assertWritable(file);
    }
    return new ResultOutput(output, options, before);
  }

  /** Prints a result and writes the files; the comparison, if one was asked for. */
  async publish(result: BenchResult): Promise<Comparison[]> {
    const { out, report, json, compare } = this.#options;
    const comparisons = this.#before === undefined ? [] : compareResults(this.#before, result);
    if (json) this.#printJson(result, comparisons);
    else this.#print(result);
    if (!json && this.#before !== undefined) this.#printComparison(result, comparisons, compare);
    if (out !== undefined) await writeFile(out, `${formatJsonText(result, 2)}\n`);
    if (report !== undefined) await writeFile(report, renderReport(result));
    return comparisons;
  }

  /**
   * @throws {@link RegressionFound} when that was asked for and there is one; {@link UsageError} when
   * nothing could be compared, which must not pass for a good sign.
   */
  assertNoRegression(comparisons: readonly Comparison[]): void {
    const { failOnRegression, compare } = this.#options;
    if (failOnRegression === undefined) return;
    if (comparisons.length === 0) throw new UsageError(`nothing of ${compare} was measured again`);
    const worse = regressions(comparisons, failOnRegression);
    if (worse.length === 0) return;
    const described = worse.map(
      ({ subject, outstanding, metric, change }) =>
        `${metric.name} of ${subject} with ${outstanding} outstanding ${Number.isFinite(change) ? formatChange(change) : 'where there were none'}`,
    );
    throw new RegressionFound(`worse than before: ${described.join('; ')}`);
  }

  #print({ series, conclusion, notes = [] }: BenchResult): void {
    this.#output.result(drawResultTable(series));
    if (conclusion !== undefined) this.#output.result(presentableLine(conclusion));
    for (const note of notes) this.#output.result(`note: ${note}`);
  }

  #printComparison(result: BenchResult, all: readonly Comparison[], file = ''): void {
    const before = this.#before;
    if (before === undefined) return;
    const table = drawComparisonTable(all);
    const same = all.filter(({ verdict }) => verdict === 'same').length;
    this.#output.result(`compared with ${file} of ${before.startedAt}:`);
    if (table !== undefined) this.#output.result(table);
    this.#output.result(
      all.length === 0
        ? 'nothing of it was measured again'
        : `${same} of ${all.length} figures are the same within the spread of the rounds`,
    );
    for (const difference of differences(before, result)) {
      this.#output.result(presentableLine(`note: ${difference}`));
    }
  }

  #printJson(result: BenchResult, comparisons: readonly Comparison[]): void {
    const comparison = comparisons.map(({ metric, ...rest }) => ({
      ...rest,
      figure: metric.title,
    }));
    const compared = this.#before === undefined ? {} : { comparison };
    this.#output.result(formatJsonText({ ...result, ...compared }));
  }
}

async function assertWritable(file: string): Promise<void> {
  try {
    await access(path.dirname(path.resolve(file)), constants.W_OK);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`can't write ${file}: ${reason}`, { cause });
  }
}
