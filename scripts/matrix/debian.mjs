// Releases of Debian in folders, each with its RabbitMQ and its oslo.messaging.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { SetupError, step } from '../prepare.mjs';
import { onPath } from '../processes.mjs';
import { runLogged } from './commands.mjs';

/** Runs a program in a tree; see there. */
export const enterScript = fileURLToPath(new URL('enter.sh', import.meta.url));

const packages = ['rabbitmq-server', 'python3-oslo.messaging'];
const aptOptions = ['-y', '-q', '-o', 'DPkg::Lock::Timeout=120', '--no-install-recommends'];

/**
 * Makes sure that trees can be made here.
 *
 * @param {string} cache
 * @throws {SetupError} when they can't.
 */
export async function ensureDebootstrap(cache) {
  const refuse = (/** @type {string} */ reason) => {
    throw new SetupError(`test:matrix needs root on Debian, with debootstrap: ${reason}`);
  };
  if (process.getuid?.() !== 0) refuse('this is not root');
  if (onPath('apt-get').length === 0) refuse('there is no apt-get');
  const look = 'mount --bind / / && chroot / true';
  const args = ['--mount', '--propagation', 'private', 'sh', '-c', look];
  const { error, status, stderr } = spawnSync('unshare', args, { encoding: 'utf8' });
  if (status !== 0) refuse(`it may not mount and chroot here (${error?.message ?? stderr.trim()})`);
  if (onPath('debootstrap').length > 0) return;
  step('installing debootstrap (apt-get)');
  const apt = (/** @type {string[]} */ ...rest) =>
    runLogged('apt-get', rest, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      log: path.join(cache, 'debootstrap-install.log'),
    });
  await apt('update', '-q');
  await apt('install', ...aptOptions, 'debootstrap');
}

/**
 * Makes the tree of a release, unless it is there already.
 *
 * @param {string} release
 * @param {string} cache
 * @returns {Promise<string>} Its folder.
 * @throws {SetupError} with the step that failed.
 */
export async function ensureTree(release, cache) {
  const tree = path.join(cache, release);
  const stamp = path.join(cache, `${release}.ready`);
  if (existsSync(stamp)) return tree;
  // Whatever is there was interrupted. Nothing is ever mounted there that we could delete through.
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(tree, { recursive: true });
  step(`installing Debian ${release} into ${tree} (a minute or two)`);
  const log = (/** @type {string} */ name) => path.join(cache, `${release}-${name}.log`);

  // In a mount namespace of its own: an interrupted debootstrap leaves its /proc mounted.
  const apart = ['--mount', '--propagation', 'private', 'debootstrap', '--variant=minbase'];
  // Every release since has the same script, but an older debootstrap does not know its name.
  const isKnown = existsSync(`/usr/share/debootstrap/scripts/${release}`);
  const target = [release, tree, findMirror(), ...(isKnown ? [] : ['sid'])];
  // The folder that we use for temporary files is not there in the tree.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', TMPDIR: '/tmp' };
  await runLogged('unshare', [...apart, ...target], { env, log: log('debootstrap') });
  writeSettings(tree);

  const apt = (/** @type {string} */ command, /** @type {string[]} */ ...rest) =>
    runLogged('/bin/sh', [enterScript, tree, '', 'apt-get', command, ...aptOptions, ...rest], {
      env,
      log: log(`apt-${command}`),
    });
  await apt('update');
  await apt('install', ...packages);
  await apt('clean');
  writeFileSync(stamp, '');
  return tree;
}

/**
 * Where this machine gets its own packages from.
 *
 * @returns {string}
 */
function findMirror() {
  const format = '$(LABEL)\t$(COMPONENT)\t$(REPO_URI)';
  const sources = execFileSync(
    'apt-get',
    ['indextargets', '--format', format, 'Created-By: Packages'],
    { encoding: 'utf8' },
  )
    .split('\n')
    .map((line) => line.split('\t'));
  // Security updates have a label of their own. Without lists that were fetched there is no label.
  const isDebian = (/** @type {string | undefined} */ label) => label === 'Debian' || label === '';
  const found = sources.find(([label, component]) => isDebian(label) && component === 'main')?.[2];
  if (!found) throw new SetupError("there is no Debian among this machine's sources of packages");
  return found;
}

/**
 * What a tree needs besides its packages.
 *
 * @param {string} tree
 */
function writeSettings(tree) {
  // No package may start the broker that it brings.
  const policy = path.join(tree, 'usr/sbin/policy-rc.d');
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  // Erlang and Python look `localhost` up.
  writeFileSync(path.join(tree, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n');
  // A proxy, or a mirror that is a snapshot of the past: what the machine's apt needs, this needs.
  const settings = execFileSync('apt-config', ['dump', 'Acquire'], { encoding: 'utf8' });
  writeFileSync(path.join(tree, 'etc/apt/apt.conf.d/90as-outside'), settings);
}
