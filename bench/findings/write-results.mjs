import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderReport } from '../../dist/cli/bench/report.js';
import { resultsPage } from './results-page.mjs';

const bench = fileURLToPath(new URL('..', import.meta.url));

/**
 * Writes the result as JSON, as an HTML report and as a page of Markdown. The page of a whole run also
 * takes the place of `bench/RESULTS.md`.
 *
 * @param {import('./conclusion.mjs').Conclusion & { plan: any, options: import('../arguments.mjs').BenchOptions }} content
 * @returns {string[]} The files.
 */
export function writeResults({ options, ...content }) {
  const folder = options.out ?? path.join(bench, 'results');
  mkdirSync(folder, { recursive: true });
  const files = {
    'bench.json': `${JSON.stringify(content.result, null, 2)}\n`,
    'report.html': renderReport(content.result),
    'RESULTS.md': resultsPage(content),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  const written = Object.keys(files).map((name) => path.join(folder, name));
  if (!options.isWhole) return written;
  const published = path.join(bench, 'RESULTS.md');
  copyFileSync(path.join(folder, 'RESULTS.md'), published);
  return [...written, published];
}
