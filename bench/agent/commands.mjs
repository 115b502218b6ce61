// How a process that is measured is told what to do: a JSON object a line on stdin, answered on file
// descriptor 3, so that what a library prints cannot get between. It ends when stdin does: nothing is
// left behind, however the benchmark ended. `peers/oslo-messaging/commands.py` is the same in Python.
import { writeSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';

const answers = 3;

/**
 * Tells the benchmark something while a command runs; on its way when this returns, so that the times
 * of both sides are the same.
 *
 * @param {string} event
 */
export function tell(event) {
  say({ event });
}

/**
 * Obeys commands, one after the other.
 *
 * @param {Record<string, (parameters: any) => unknown>} commands By name; `stop` is for the end of stdin.
 */
export function obey(commands) {
  let isBusy = false;
  let last = Promise.resolve();
  const run = async (line) => {
    isBusy = true;
    const { command, ...parameters } = JSON.parse(line);
    try {
      say({ done: (await commands[command](parameters)) ?? null });
    } catch (error) {
      say({ failed: error.stack ?? String(error) });
    }
    isBusy = false;
  };
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    last = last.then(() => run(line));
  });
  lines.on('close', async () => {
    if (isBusy) process.exit(1);
    await commands.stop();
    process.exit(0);
  });
}

function say(line) {
  writeSync(answers, `${JSON.stringify(line)}\n`);
}
