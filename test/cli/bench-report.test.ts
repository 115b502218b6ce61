import { describe, expect, it } from 'vitest';
import { drawBars } from '../../src/cli/bench/report/bar-chart.ts';
import { drawCurves } from '../../src/cli/bench/report/curve-chart.ts';
import { markup } from '../../src/cli/bench/report/markup.ts';
import { subjectColours } from '../../src/cli/bench/report/subject-colours.ts';
import { renderReport } from '../../src/cli/bench/report.ts';
import { drawResultTable } from '../../src/cli/bench/result-table.ts';
import { result, series } from './bench-results.ts';

describe('renderReport', () => {
  it('is one file that fetches and runs nothing', () => {
    const html = renderReport(result([series('async', [100, 110])]));
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(|https?:|\bon\w+=/);
    expect(html).toContain('@media (prefers-color-scheme: dark)');
    expect(html).toContain('@media print');
  });

  it('escapes what others have named', () => {
    const evil = `<script>alert("x")</script>&'`;
    const html = renderReport(
      result([series(evil, [100], { measure: evil }), series('b', [], { skipped: evil })], {
        machine: { cpu: evil, cores: 1, memoryMb: 1, os: evil, loadBefore: 0 },
        versions: { [evil]: evil },
        settings: { [evil]: evil },
        conclusion: evil,
        notes: [evil],
      }),
    );
    expect(html).not.toContain('<script');
    expect(html).toContain('&#60;script&#62;alert(&#34;x&#34;)&#60;/script&#62;&#38;&#39;');
  });

  it('has all numbers, the machine, and what was skipped with the reason', () => {
    const html = renderReport(
      result([
        series('async', [100, 300, 200]),
        series('pool', [], { skipped: 'no threads here' }),
      ]),
    );
    expect(html).toContain('<td>200<small>100–300</small></td>');
    expect(html).toContain('2 × Sample CPU');
    expect(html).toContain('greenroom 0.1.0');
    expect(html).toContain('no threads here');
  });

  it('draws a chart of what there are figures of, and of nothing else', () => {
    const headings = (html: string): (string | undefined)[] =>
      [...html.matchAll(/<h3>(.*?) <small>/g)].map(([, heading]) => heading);
    expect(headings(renderReport(result([series('async', [100])])))).toEqual([
      'Throughput',
      'Latency',
      'All numbers',
    ]);
    const full = { pingP99Ms: 4, cpuPer10kCalls: { server: 2 } };
    expect(headings(renderReport(result([series('async', [full])])))).toEqual([
      'Throughput',
      'Latency',
      'A ping beside the calls',
      'CPU time of 10,000 calls',
      'All numbers',
    ]);
  });

  it('can be made of nothing', () => {
    expect(renderReport(result([]))).toContain('<h1>Benchmark</h1>');
  });
});

describe('drawBars', () => {
  const bar = (label: string, value: number, range: readonly [number, number]) => ({
    label,
    pieces: [{ value, colour: 'c0' }],
    range,
    text: String(value),
    details: label,
  });

  it('draws a whisker from the least to the most, and none where these are one', () => {
    const whiskers = (range: readonly [number, number]): number =>
      drawBars('t', [{ heading: '', bars: [bar('a', 10, range)] }]).text.split('class="whisker"')
        .length - 1;
    expect(whiskers([8, 12])).toBe(1);
    expect(whiskers([10, 10])).toBe(0);
  });

  it('leaves room for every text', () => {
    const bars = [bar('a', 12_345, [12_000, 13_000]), bar('a much longer label', 3, [3, 3])];
    const { text } = drawBars('t', [{ heading: '1 outstanding', bars }]);
    const [, width = 0] = /viewBox="0 0 (\d+)/.exec(text)?.map(Number) ?? [];
    const values = [...text.matchAll(/<text x="([\d.]+)" y="[\d.]+" class="value">(\w+)/g)];
    expect(values).toHaveLength(2);
    for (const [, x, shown = ''] of values) {
      expect(Number(x) + shown.length * 8).toBeLessThanOrEqual(width);
    }
  });

  it('says what was skipped where its bar would be', () => {
    const skipped = { label: 'a', pieces: [], text: 'skipped: no', details: '' };
    const { text } = drawBars('t', [{ heading: '', bars: [skipped] }]);
    expect(text).toContain('class="note">skipped: no</text>');
    expect(text).not.toContain('<rect');
  });
});

describe('drawCurves', () => {
  it('goes up for slower calls and to the right for higher percentiles', () => {
    const { text } = drawCurves('t', [
      {
        name: 'a',
        colour: 'c0',
        points: [
          [50, 1],
          [99, 10],
          [100, 100],
        ],
      },
    ]);
    const [, path = ''] = /points="([^"]+)"/.exec(text) ?? [];
    const points = path.split(' ').map((point) => point.split(',').map(Number));
    const [xs, ys] = [0, 1].map((axis) => points.map((point) => point[axis] ?? Number.NaN));
    expect(xs).toEqual(xs?.toSorted((a, b) => a - b));
    expect(ys).toEqual(ys?.toSorted((a, b) => b - a));
  });
});

it('subjectColours gives each subject one, and dashes from the eleventh on', () => {
  const all = Array.from({ length: 12 }, (_, index) => series(`s${index}`, [1]));
  const colours = subjectColours([...all, ...all]);
  expect(colours.get('s0')).toBe('c0');
  expect(colours.get('s9')).toBe('c9');
  expect(colours.get('s11')).toBe('c1 dashed');
});

it('markup escapes text and takes pieces as they are', () => {
  const inner = markup`<b>${'<i>'}</b>`;
  expect(markup`<p title="${'"'}">${inner}${[inner]}${undefined}${3}</p>`.text).toBe(
    '<p title="&#34;"><b>&#60;i&#62;</b><b>&#60;i&#62;</b>3</p>',
  );
});

describe('drawResultTable', () => {
  const head = (table: string): string[] =>
    (table.split('\n')[1] ?? '')
      .split('│')
      .slice(1, -1)
      .map((cell) => cell.trim());

  it('has a column for the executors where there are some, and for what was measured', () => {
    const both = [series('async', [100, 110]), series('pool', [{ pingP99Ms: 4 }])];
    const table = drawResultTable(both);
    expect(head(table)).toEqual([
      'outstanding',
      'executor',
      'calls/s',
      'min-max',
      'p50 ms',
      'p99 ms',
      'errors',
      'ping p99',
    ]);
    expect(table).toMatch(/│ +16 │ async +│ +105 │ 100-110 │/);
    expect(head(drawResultTable([series('lab', [100])]))).toEqual([
      'outstanding',
      'calls/s',
      'min-max',
      'p50 ms',
      'p99 ms',
      'errors',
    ]);
  });
});
