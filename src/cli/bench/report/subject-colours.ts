import type { BenchSeries } from '../result.ts';

/** How many colours the report's style has, `c0` and so on. */
const colourCount = 10;

/** Which class each subject has in a report, the same in every chart of it. */
export type SubjectColours = ReadonlyMap<string, string>;

/** Gives each subject a colour, in order of appearance; from the eleventh on again, with dashed lines. */
export function subjectColours(series: readonly BenchSeries[]): SubjectColours {
  const subjects = [...new Set(series.map(({ subject }) => subject))];
  return new Map(
    subjects.map((subject, index) => {
      const dashed = index >= colourCount ? ' dashed' : '';
      return [subject, `c${index % colourCount}${dashed}`];
    }),
  );
}
