// What every script here needs of the operating system: free ports, programs on the PATH, and
// waits that poll a condition until a deadline.
import { randomInt } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Polls `condition` until it gives something truthy, and returns that.
 *
 * @template T
 * @param {string} what Completes the sentence `gave up after N ms waiting for …`.
 * @param {() => T | Promise<T>} condition
 * @param {{ deadlineMs?: number, everyMs?: number }} [options]
 * @returns {Promise<NonNullable<T>>}
 */
export async function waitUntil(what, condition, { deadlineMs = 10_000, everyMs = 50 } = {}) {
  const giveUpAt = performance.now() + deadlineMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > giveUpAt) {
      throw new Error(`gave up after ${deadlineMs} ms waiting for ${what}`);
    }
    await pause(everyMs);
  }
}

/**
 * Finds TCP ports of the loopback interface that nobody listens on.
 *
 * They lie below the range that systems take outgoing ports from: a client that dials a dead
 * broker's port on loopback could otherwise be connected to itself.
 *
 * @param {number} count
 * @returns {Promise<number[]>}
 */
export async function freePorts(count) {
  /** @type {Set<number>} */
  const ports = new Set();
  while (ports.size < count) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

/**
 * Says whether something accepts connections on a port and, when a greeting is given, answers it.
 *
 * @param {string} host
 * @param {number} port
 * @param {Uint8Array} [greeting]
 * @returns {Promise<boolean>}
 */
export function answers(host, port, greeting) {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const settle = (/** @type {boolean} */ answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => settle(false));
    // Refused or reset: nobody answers, which is what the caller asked.
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
    socket.once('connect', () => (greeting ? socket.write(greeting) : settle(true)));
    socket.once('data', () => settle(true));
  });
}

/**
 * Waits for a child process to end; at once when it already has.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<void>}
 */
export function ended(child) {
  // A child that could not be spawned has no pid and never emits `exit`.
  if (hasEnded(child) || child.pid === undefined) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {boolean}
 */
export function hasEnded(child) {
  return child.exitCode !== null || child.signalCode !== null;
}

/**
 * Every executable file of this name on the PATH, in the order of the PATH.
 *
 * @param {string} program
 * @returns {string[]}
 */
export function onPath(program) {
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter(Boolean)
    .map((folder) => path.join(folder, program))
    .filter(isExecutable);
}

/**
 * @param {string} file
 * @returns {boolean}
 */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Missing or not executable: either way the answer is no.
    return false;
  }
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isFree(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
