import { parseArgs } from 'node:util';

const usage = `Usage: npm run demo -- [--seconds N]

Serves a CPU-heavy endpoint on memory:// under each executor in turn, calls it, and prints a table.

  --seconds N  how long to measure each executor, from 0.1 to 60 (default 4)
  --help       show this
`;

/**
 * Reads the command line. It imports nothing but Node: it runs before anything is installed.
 *
 * @param {string[]} args
 * @returns {{ seconds: number } | undefined} Nothing when there is nothing to run: help was shown, or
 * the arguments were wrong, which sets the exit code to 2.
 */
export function readArguments(args) {
  try {
    const { values } = parseArgs({
      args,
      options: { seconds: { type: 'string', default: '4' }, help: { type: 'boolean' } },
    });
    if (values.help) {
      process.stdout.write(usage);
      return undefined;
    }
    const seconds = Number(values.seconds);
    if (!(seconds >= 0.1 && seconds <= 60)) {
      throw new RangeError(`--seconds must be from 0.1 to 60, not '${values.seconds}'`);
    }
    return { seconds };
  } catch (error) {
    process.stderr.write(`demo: ${error.message}\n\n${usage}`);
    process.exitCode = 2;
    return undefined;
  }
}
