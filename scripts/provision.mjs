// Finds what the tests need, or installs it: a RabbitMQ, and Debian's oslo.messaging for Python.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { findRabbitmqServer } from './find-rabbitmq.mjs';
import { SetupError, step } from './prepare.mjs';
import { answers, freePorts, onPath, waitUntil } from './processes.mjs';

const policyFile = '/usr/sbin/policy-rc.d';
const dockerImage = 'rabbitmq:4';

const howToGetRabbitmq = `no RabbitMQ to test with. Any one of these will do:
  - a broker that runs already: GREENROOM_TEST_URL=amqp://guest:guest@127.0.0.1:5672/ npm test
  - rabbitmq-server on this machine; npm test starts one of its own, on a free port of 127.0.0.1:
      Debian, Ubuntu:  sudo apt-get install rabbitmq-server   (as root, npm test does this itself)
      Fedora:          sudo dnf install rabbitmq-server
      macOS:           brew install rabbitmq
  - a Docker daemon that this user may use; npm test runs ${dockerImage} in it`;

/**
 * Makes sure that a broker can be had.
 *
 * @param {(undo: () => void) => void} onEnd Takes what has to be undone when the tests are over.
 * @returns {Promise<{ what: string, url?: string }>} The URL, or none when there is a
 *   `rabbitmq-server` that the test run starts by itself.
 * @throws {SetupError} when there is no way to get one.
 */
export async function ensureRabbitmq(onEnd) {
  const url = process.env['GREENROOM_TEST_URL'];
  if (url) return { what: 'the one at GREENROOM_TEST_URL', url };
  if (!findRabbitmqServer() && canUseApt()) await aptInstall('rabbitmq-server', onEnd);
  const server = findRabbitmqServer();
  if (server) return { what: server };
  if (hasDocker()) return { what: `${dockerImage} in Docker`, url: await runInDocker(onEnd) };
  throw new SetupError(howToGetRabbitmq);
}

/**
 * Makes sure that Python has oslo.messaging, where that is possible.
 *
 * @param {(undo: () => void) => void} onEnd
 * @returns {Promise<string | undefined>} Why not; undefined when it has.
 */
export async function ensureOsloMessaging(onEnd) {
  const python = process.env['GREENROOM_TEST_PYTHON'] ?? '/usr/bin/python3';
  const missing = () => spawnSync(python, ['-c', 'import oslo_messaging']).status !== 0;
  const mayInstall = python === '/usr/bin/python3' && canUseApt();
  if (missing() && mayInstall) await aptInstall('python3-oslo.messaging', onEnd);
  if (!missing()) return undefined;
  return mayInstall
    ? `apt-get could not install python3-oslo.messaging`
    : `no oslo.messaging for ${python} (Debian, Ubuntu: apt-get install python3-oslo.messaging)`;
}

function canUseApt() {
  if (process.getuid?.() !== 0 || onPath('apt-get').length === 0) return false;
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);
}

/**
 * Says so when it fails, and leaves it to the caller to look whether the package is there.
 *
 * @param {string} name
 * @param {(undo: () => void) => void} onEnd
 */
async function aptInstall(name, onEnd) {
  step(`installing ${name} (apt-get, takes a minute or two)`);
  const allow = forbidServices(onEnd);
  const options = ['-y', '-q', '-o', 'DPkg::Lock::Timeout=120', '--no-install-recommends'];
  // Lists that could not be fetched may still be there from before.
  const update = apt(['update', '-q']);
  const install = apt(['install', ...options, name]);
  allow();
  // Ctrl-C ended apt-get, not us; this is where our own signal handler gets its turn.
  await new Promise((resolve) => setImmediate(resolve));
  if (install.status === 0) return;
  const tail = `${update.output}${install.output}`.trimEnd().split('\n').slice(-15).join('\n  ');
  step(`apt-get could not install ${name}:\n  ${tail}`);
}

/** @param {string[]} args */
function apt(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const result = spawnSync('apt-get', args, { encoding: 'utf8', env, maxBuffer: 64 << 20 });
  return { status: result.status, output: `${result.stdout ?? ''}${result.stderr ?? ''}` };
}

/**
 * Keeps Debian from starting the system's broker on its usual port: we only want the program.
 *
 * @param {(undo: () => void) => void} onEnd
 * @returns {() => void} Lets services start again.
 */
function forbidServices(onEnd) {
  try {
    writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' });
  } catch (error) {
    // The machine has a policy of its own, as containers do; it is not ours to change.
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return () => undefined;
    throw error;
  }
  let isOurs = true;
  const allow = () => {
    if (isOurs) rmSync(policyFile, { force: true });
    isOurs = false;
  };
  onEnd(allow);
  return allow;
}

function hasDocker() {
  if (onPath('docker').length === 0) return false;
  // Prints a version only when there is a daemon, and fails when there is none.
  const result = spawnSync('docker', ['info', '--format', '{{.ServerVersion}}'], {
    encoding: 'utf8',
    timeout: 15_000,
  });
  return result.status === 0 && result.stdout.trim() !== '';
}

/**
 * @param {(undo: () => void) => void} onEnd
 * @returns {Promise<string>}
 */
async function runInDocker(onEnd) {
  step(`starting ${dockerImage} in Docker (the first time it is downloaded)`);
  const [port = 0] = await freePorts(1);
  const name = `greenroom-test-${port}`;
  // Registered first: an interrupted `docker run` may have started the container all the same.
  onEnd(() => spawnSync('docker', ['rm', '--force', '--volumes', name], { stdio: 'ignore' }));
  const publish = ['--publish', `127.0.0.1:${port}:5672`];
  const args = ['run', '--rm', '--detach', '--name', name, ...publish, dockerImage];
  const result = spawnSync('docker', args, { encoding: 'utf8' });
  if (result.status !== 0) {
    throw new SetupError(`docker could not run ${dockerImage}:\n${result.stderr}`);
  }
  const protocolHeader = Buffer.from('AMQP\0\0\x09\x01', 'latin1');
  const isReady = () => answers('127.0.0.1', port, protocolHeader);
  await waitUntil('RabbitMQ in Docker to answer', isReady, { deadlineMs: 120_000, everyMs: 250 });
  return `rabbit://guest:guest@127.0.0.1:${port}/`;
}
