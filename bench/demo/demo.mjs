import { availableParallelism } from 'node:os';
import { executorNames } from 'greenroom';
import { conclusion } from './conclusion.mjs';
import { DemoInterrupted, interruptible } from './interruptible.mjs';
import { Progress } from './progress.mjs';
import { measureExecutor } from './round.mjs';
import { formatTable } from './table.mjs';
import { ThumbnailWork } from './work.mjs';

/** Threads beyond these take longer to start than they have time to show anything. */
const maxThreads = 16;
/** Time for every thread to compile what it runs, before anything is counted. */
const warmUpSeconds = 1.5;

/**
 * Measures every executor, prints the table and what it shows.
 *
 * @param {{ seconds: number }} options
 * @returns {Promise<number>} The exit code.
 */
export async function demo({ seconds }) {
  const progress = new Progress(process.stderr);
  const threads = Math.min(availableParallelism(), maxThreads);
  const callers = 2 * threads;
  try {
    const rows = await interruptible(async (signal) => {
      const work = await ThumbnailWork.load();
      console.log(
        `Calls: ${work.description}; ${callers} outstanding; ${seconds} s for each executor.\n` +
          `Pool: ${threads} threads. Node ${process.versions.node}. Transport: memory://, ` +
          'callers and runtime in one process.\n',
      );
      const measured = [];
      for (const [index, executor] of executorNames.entries()) {
        progress.step(`${index + 1}/${executorNames.length} ${executor}`);
        const round = {
          executor,
          threads,
          callers,
          warmUpSeconds,
          seconds,
          work,
          progress,
          signal,
        };
        measured.push(await measureExecutor(round));
      }
      return measured;
    });
    progress.clear();
    console.log(`${formatTable(rows)}\n\n${conclusion(rows, threads)}`);
    return 0;
  } catch (error) {
    progress.clear();
    console.error(`demo: ${error.message}`);
    return error instanceof DemoInterrupted ? error.exitCode : 1;
  }
}
