import { formatTick } from './figures.ts';
import { metrics } from './metrics.ts';
import { chartCpu, chartFigure, chartLatency } from './report/charts.ts';
import { type Markup, markup } from './report/markup.ts';
import { writeTable } from './report/numbers-table.ts';
import { reportStyle } from './report/style.ts';
import { type SubjectColours, subjectColours } from './report/subject-colours.ts';
import type { BenchResult, BenchSeries } from './result.ts';

/**
 * Draws a result as one HTML file that needs nothing else: no script, no font, no network. Light or
 * dark as the reader's system is, and fit to be printed.
 */
export function renderReport(result: BenchResult): string {
  const measures = [...new Set(result.series.map(({ measure }) => measure))];
  const [only = 'nothing'] = measures;
  const title = measures.length === 1 ? `Benchmark of ${only}` : 'Benchmark';
  const colours = subjectColours(result.series);
  const document = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${reportStyle}
</head>
<body>
${writeHeader(title, result)}
${measures.map((measure) => {
  const series = result.series
    .filter((one) => one.measure === measure)
    .toSorted((a, b) => a.outstanding - b.outstanding);
  return writeMeasure(measure, series, colours);
})}
<footer>A whisker spans the rounds, the bar ends at their median. Figures whose ranges overlap are not apart.</footer>
</body>
</html>
`;
  return document.text;
}

function writeHeader(title: string, result: BenchResult): Markup {
  const { startedAt, machine, versions, settings, conclusion, notes = [] } = result;
  const { cpu, cores, memoryMb, os, loadBefore } = machine;
  const facts = [
    `${cores} × ${cpu}`,
    `${formatTick(memoryMb / 1024)} GiB`,
    os,
    `load ${formatTick(loadBefore)} before`,
  ];
  return markup`<header>
<h1>${title}</h1>
<p class="when">${startedAt.slice(0, 16).replace('T', ' ')} UTC</p>
${conclusion === undefined ? undefined : markup`<p class="conclusion">${conclusion}</p>`}
${notes.length === 0 ? undefined : markup`<ul class="notes">${notes.map((note) => markup`<li>${note}</li>`)}</ul>`}
<dl>
<dt>machine</dt><dd>${facts.map((fact) => markup`<span>${fact}</span> `)}</dd>
<dt>versions</dt><dd>${pairs(versions)}</dd>
<dt>settings</dt><dd>${pairs(settings)}</dd>
</dl>
</header>`;
}

function pairs(values: Readonly<Record<string, string | number | boolean>>): Markup[] {
  return Object.entries(values).map(
    ([name, value]) => markup`<span>${name} ${String(value)}</span> `,
  );
}

function writeMeasure(
  measure: string,
  series: readonly BenchSeries[],
  colours: SubjectColours,
): Markup {
  return markup`<section>
<h2>${measure}</h2>
${writeLegend(series, colours)}
${chartFigure('Throughput', metrics.callsPerSecond, series, colours)}
${chartLatency(series, colours)}
${chartFigure('A ping beside the calls', metrics.ping, series, colours)}
${chartCpu(series)}
<div class="numbers"><h3>All numbers <small>medians, and the range of the rounds</small></h3>
${writeTable(series)}</div>
</section>`;
}

function writeLegend(series: readonly BenchSeries[], colours: SubjectColours): Markup | undefined {
  const subjects = [...new Set(series.map(({ subject }) => subject))];
  if (subjects.length < 2) return undefined;
  return markup`<ul class="legend">${subjects.map(
    (subject) =>
      markup`<li><svg viewBox="0 0 26 12"><line x1="0" y1="6" x2="26" y2="6" class="curve ${colours.get(subject)}"/></svg>${subject}</li>`,
  )}</ul>`;
}
