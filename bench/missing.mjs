import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { step } from '../scripts/prepare.mjs';
import { python } from './subjects.mjs';

const folder = fileURLToPath(new URL('peers/', import.meta.url));
const lockfile = `${folder}package-lock.json`;
/** A copy of the lockfile that is installed. */
const installed = `${folder}node_modules/.installed-lock.json`;

/**
 * Looks for what some peers need, and installs what npm has.
 *
 * @param {readonly string[]} needs `packages` for those of `peers/package.json`; else a module of Python.
 * @returns {Readonly<Record<string, string>>} Why it is not there, of each that is not.
 */
export function findMissing(needs) {
  const reasons = [...new Set(needs)].map((need) => [
    need,
    need === 'packages' ? installPackages() : findPythonModule(need),
  ]);
  return Object.fromEntries(reasons.filter(([, reason]) => reason !== undefined));
}

/** The reason why it can't be installed; nothing when it is. */
function installPackages() {
  const lock = readFileSync(lockfile, 'utf8');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return undefined;
  step('installing the peers (npm ci in bench/peers)');
  const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts'];
  try {
    // On Windows npm is a .cmd file, which only a shell can start.
    const shell = process.platform === 'win32';
    execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe', shell });
  } catch (error) {
    return `npm ci failed in bench/peers: ${lastLine(error.stderr || error.message)}`;
  }
  writeFileSync(installed, lock);
  return undefined;
}

function findPythonModule(name) {
  const { status, error, stderr } = spawnSync(python, ['-c', `import ${name}`], {
    encoding: 'utf8',
  });
  if (status === 0) return undefined;
  return `no ${name} for ${python}: ${error?.message ?? lastLine(stderr)}`;
}

function lastLine(text) {
  return text.trim().split('\n').at(-1);
}
