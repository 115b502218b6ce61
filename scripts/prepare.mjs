// Makes a fresh clone ready to run: the right Node, the dependencies, the build. What is ready
// already is left alone, so every command can begin with it. Imports nothing but Node itself.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The project's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

const minimumNode = [20, 19];
const command = path.join(root, 'dist/cli/main.js');
// Not in dist: that folder is published as it is.
const builtStamp = path.join(root, 'node_modules/.greenroom-built');

/**
 * Something the user can do something about; its message is all that needs to be shown.
 */
export class SetupError extends Error {}

/**
 * Checks Node, installs the dependencies and builds, each only when needed.
 *
 * @throws {SetupError}
 */
export function prepare() {
  checkNode();
  ensureInstalled();
  ensureBuilt();
}

/** @throws {SetupError} when this Node is too old. */
export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [minimumMajor = 0, minimumMinor = 0] = minimumNode;
  if (major > minimumMajor || (major === minimumMajor && minor >= minimumMinor)) return;
  throw new SetupError(
    `Greenroom needs Node ${minimumNode.join('.')} or newer, and this is ${version}. ` +
      'Get a newer one from https://nodejs.org',
  );
}

/** Runs `npm ci` unless node_modules holds just what package-lock.json asks for. */
export function ensureInstalled() {
  if (isInstalled()) return;
  step('installing dependencies (npm ci)');
  run('npm', ['ci', '--no-audit', '--no-fund']);
}

/** Compiles src to dist unless dist is newer. */
export function ensureBuilt() {
  if (isBuilt()) return;
  build();
}

/** Compiles src to an empty dist and makes the `greenroom` command executable. */
export function build() {
  step('building (tsc)');
  rmSync(path.join(root, 'dist'), { recursive: true, force: true });
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  run(process.execPath, [tsc, '-p', 'tsconfig.build.json']);
  // npm does this for packages that it installs, not for the one that it is run in.
  if (existsSync(command)) chmodSync(command, 0o755);
  writeFileSync(builtStamp, '');
}

/**
 * Tells the user what is being done; on stderr, so that the output of a command stays its own.
 *
 * @param {string} what
 */
export function step(what) {
  process.stderr.write(`greenroom: ${what}\n`);
}

/**
 * Runs what the command of a script does, and shows a {@link SetupError} without its stack.
 *
 * @param {() => unknown} main
 */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`greenroom: ${error.message}\n`);
    process.exitCode = 1;
  }
}

/**
 * Whether a module is the program that Node was started with, rather than imported by it.
 *
 * @param {string} moduleUrl
 */
export function isProgram(moduleUrl) {
  return process.argv[1] !== undefined && pathToFileURL(process.argv[1]).href === moduleUrl;
}

/**
 * npm notes in node_modules what it has installed. Comparing that tells more than the age of
 * files, which git sets to the time of the checkout.
 */
function isInstalled() {
  const installed = readPackages('node_modules/.package-lock.json');
  if (!installed) return false;
  return Object.entries(readPackages('package-lock.json') ?? {}).every(
    ([folder, wanted]) =>
      // Packages for other systems are not installed, and that is as it should be.
      folder === '' || wanted.optional || installed[folder]?.version === wanted.version,
  );
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }> | undefined}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(path.join(root, file), 'utf8')).packages;
  } catch {
    // Missing, or cut short by an interrupted install: either way there is nothing to rely on.
    return undefined;
  }
}

function isBuilt() {
  if (!existsSync(command) || !existsSync(builtStamp)) return false;
  const builtAt = statSync(builtStamp).mtimeMs;
  const sources = readdirSync(path.join(root, 'src'), { recursive: true }).map((file) =>
    path.join('src', String(file)),
  );
  // The folders among them change when a file is added or removed.
  return ['src', 'tsconfig.json', 'tsconfig.build.json', ...sources].every(
    (file) => statSync(path.join(root, file)).mtimeMs < builtAt,
  );
}

/**
 * @param {string} program
 * @param {string[]} args
 */
function run(program, args) {
  // On Windows npm is a .cmd file, which only a shell can start.
  const shell = process.platform === 'win32' && program === 'npm';
  const result = spawnSync(program, args, { cwd: root, encoding: 'utf8', shell });
  if (result.status === 0) return;
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}`.trimEnd();
  throw new SetupError(`${path.basename(program)} ${args.join(' ')} failed:\n${output}`);
}

if (isProgram(import.meta.url)) {
  await runMain(process.argv.includes('--build') ? build : prepare);
}
