// Where a RabbitMQ may be on this machine.
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { isExecutable, onPath } from './processes.mjs';

/** Where packages put the real script; what is on the PATH may be a wrapper that runs `su`. */
const knownServers = [
  '/usr/lib/rabbitmq/bin/rabbitmq-server',
  '/opt/rabbitmq/sbin/rabbitmq-server',
  '/opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server',
  '/usr/local/opt/rabbitmq/sbin/rabbitmq-server',
];

/**
 * The machine's `rabbitmq-server` script, or undefined when there is none.
 *
 * @returns {string | undefined}
 */
export function findRabbitmqServer() {
  const isWrapper = (/** @type {string} */ file) => realpathSync(file).endsWith('script-wrapper');
  return (
    knownServers.find(isExecutable) ??
    onPath('rabbitmq-server').find((candidate) => !isWrapper(candidate))
  );
}

/**
 * Erlang's port mapper, which comes with every Erlang.
 *
 * @returns {string}
 */
export function findEpmd() {
  const [found] = onPath('epmd');
  if (found) return found;
  // Some packages of Erlang keep it beside the emulator.
  const expression = 'io:format("~s", [code:root_dir()]), halt().';
  const root = execFileSync('erl', ['-noshell', '-eval', expression], { encoding: 'utf8' });
  return path.join(root, 'bin', 'epmd');
}
