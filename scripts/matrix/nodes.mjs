// Other versions of Node, from the npm packages that hold nothing but the program.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { step } from '../prepare.mjs';
import { isExecutable } from '../processes.mjs';
import { runLogged } from './commands.mjs';

/**
 * A Node of this major version.
 *
 * @param {string} major
 * @param {string} cache
 * @returns {Promise<string>} Its program.
 * @throws {import('../prepare.mjs').SetupError}
 */
export async function ensureNode(major, cache) {
  if (process.versions.node.split('.')[0] === major) return process.execPath;
  const name = `node-linux-${process.arch}`;
  const folder = path.join(cache, `node-${major}`);
  const program = path.join(folder, 'node_modules', name, 'bin/node');
  if (isExecutable(program)) return program;
  step(`installing Node ${major} into ${folder} (npm)`);
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', `${name}@${major}`];
  await runLogged('npm', args, { log: path.join(cache, `node-${major}.log`) });
  return program;
}

/**
 * @param {string} program
 * @returns {string}
 */
export function nodeVersion(program) {
  return execFileSync(program, ['--version'], { encoding: 'utf8' }).trim().replace(/^v/, '');
}
