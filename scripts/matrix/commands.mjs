// Runs what takes minutes, one program after another, and ends it in order when the user has enough.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { SetupError } from '../prepare.mjs';

/** Everything is to be wound up: the user asked for the end. */
export class Interrupted extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`interrupted by ${signal}`);
    this.exitCode = 128 + os.constants.signals[signal];
  }
}

/** @type {NodeJS.Signals | undefined} */
let interruption;
/** @type {((signal: NodeJS.Signals) => void) | undefined} */
let interruptRunning;

/** From now on a signal ends the program that runs, and the next {@link run} does not begin. */
export function heedSignals() {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      // Somebody who asks again does not want to wait; brokers have guards that end them.
      if (interruption) process.exit(new Interrupted(signal).exitCode);
      interruption = signal;
      interruptRunning?.(signal);
    });
  }
}

/** @throws {Interrupted} when a signal has come. */
export function goOn() {
  if (interruption) throw new Interrupted(interruption);
}

/**
 * Runs a program in a process group of its own, and whatever it leaves in that group ends with it.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, stdio?: import('node:child_process').StdioOptions }} options
 * @returns {Promise<string>} How it ended: empty when all went well.
 * @throws {Interrupted}
 */
export async function run(program, args, options) {
  goOn();
  const child = spawn(program, args, { ...options, detached: true });
  interruptRunning = (signal) => killGroup(child, signal);
  try {
    return await new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => {
        resolve(code === 0 ? '' : `ended ${signal ? `by ${signal}` : `with code ${code}`}`);
      });
    });
  } finally {
    interruptRunning = undefined;
    killGroup(child, 'SIGKILL');
  }
}

/**
 * Runs a program whose output matters only when it fails.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, log: string }} options
 * @throws {SetupError} with the end of what it printed.
 */
export async function runLogged(program, args, { env = process.env, log }) {
  const output = openSync(log, 'w');
  try {
    const end = await run(program, args, { env, stdio: ['ignore', output, output] });
    goOn();
    if (!end) return;
    const tail = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15).join('\n  ');
    throw new SetupError(`${path.basename(program)} ${args.join(' ')} ${end}:\n  ${tail}`);
  } finally {
    closeSync(output);
  }
}

/**
 * @param {import('node:child_process').ChildProcess} leader
 * @param {NodeJS.Signals} signal
 */
function killGroup({ pid }, signal) {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch (error) {
    // Nobody is left in the group.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}
