// A RabbitMQ of our own: found on the machine, started on free ports of the loopback interface
// with its own folder, Erlang cookie and epmd, and gone without a trace when we are.
// The contract of what is exported is in rabbitmq.d.mts.
import { execFile, spawn } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { findEpmd, findRabbitmqServer as findOnMachine } from './find-rabbitmq.mjs';
import { answers, ended, freePorts, hasEnded, waitUntil } from './processes.mjs';
import { brokerEnvironment, brokerFiles, cookie, nodeNameOf } from './rabbitmq-environment.mjs';

const startDeadlineMs = 90_000;
const stopDeadlineMs = 20_000;
/** @type {import('./rabbitmq.mjs').PrivateBrokerHost} */
const loopback = { address: '127.0.0.1', enter: [] };
const protocolHeader = Buffer.from('AMQP\0\0\x09\x01', 'latin1');

/** The one that the environment names, as the matrix of versions does, before the machine's own. */
export function findRabbitmqServer() {
  return process.env['GREENROOM_TEST_RABBITMQ'] ?? findOnMachine();
}

export class PrivateBroker {
  #server;
  #folder;
  #environment;
  #log;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #node;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #epmd;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #guard;
  /** @type {{ port: number, distributionPort: number, epmdPort: number, tlsPort: number }} */
  #ports;
  #speaksTls;
  /** @type {import('./rabbitmq.mjs').PrivateBrokerHost} */
  #host;
  /** @type {PrivateBroker | undefined} */
  #joined;

  /**
   * @param {string} server
   * @param {import('./rabbitmq.mjs').PrivateBrokerOptions} options
   * @param {number[]} ports
   */
  constructor(server, options, [port = 0, distributionPort = 0, epmdPort = 0, tlsPort = 0]) {
    this.#server = server;
    this.#speaksTls = options.tls !== undefined;
    this.#host = options.host ?? loopback;
    this.#joined = options.joins;
    // Nodes of a cluster find each other by one epmd, and trust each other by one cookie.
    const sharedEpmdPort = this.#joined?.#ports.epmdPort ?? epmdPort;
    this.#ports = { port, distributionPort, epmdPort: sharedEpmdPort, tlsPort };
    this.#folder = mkdtempSync(path.join(os.tmpdir(), 'greenroom-rabbitmq-'));
    this.#log = path.join(this.#folder, 'console.log');
    const nodes = this.#joined ? [this.#joined.nodeName, this.nodeName] : [];
    for (const [name, content] of Object.entries(brokerFiles(options, tlsPort, nodes))) {
      writeFileSync(path.join(this.#folder, name), content);
    }
    if (this.#joined) {
      copyFileSync(path.join(this.#joined.#folder, cookie), path.join(this.#folder, cookie));
    }
    mkdirSync(path.join(this.#folder, 'conf.d'));
    const place = { ...this.#ports, address: this.address, nodeName: this.nodeName };
    this.#environment = brokerEnvironment(this.#folder, place, options.dataFolder);
  }

  static async start(options = {}) {
    const server = findRabbitmqServer();
    if (!server)
      throw new Error('no rabbitmq-server on this machine: npm test says how to get one');
    for (let attempt = 1; ; attempt += 1) {
      const broker = new PrivateBroker(server, options, await freePorts(4));
      try {
        broker.#guard = broker.#spawnGuard();
        // Each host has its own, as hosts have; nodes that share one share it.
        if (!broker.#joined || options.host) await broker.#startEpmd();
        await broker.#startNode();
        return broker;
      } catch (error) {
        await broker.stop();
        // Between finding a free port and listening on it somebody else may have taken it.
        if (attempt === 3 || !/eaddrinuse|in use/i.test(String(error))) throw error;
      }
    }
  }

  get address() {
    return this.#host.address;
  }

  get port() {
    return this.#ports.port;
  }

  get tlsPort() {
    return this.#ports.tlsPort;
  }

  get url() {
    return `rabbit://guest:guest@${this.address}:${this.port}/`;
  }

  get amqpUrl() {
    return `amqp://guest:guest@${this.address}:${this.port}`;
  }

  get nodeName() {
    return nodeNameOf(this.address, this.port);
  }

  get pid() {
    return this.#node && !hasEnded(this.#node) ? this.#node.pid : undefined;
  }

  async kill() {
    await this.#end(this.#node, 'SIGKILL');
  }

  freeze() {
    this.#node?.kill('SIGSTOP');
  }

  thaw() {
    this.#node?.kill('SIGCONT');
  }

  async restart() {
    await this.#end(this.#node, 'SIGTERM');
    await this.#startNode();
  }

  async stop() {
    await this.#end(this.#node, 'SIGTERM');
    await this.#end(this.#epmd, 'SIGTERM');
    // The guard goes last: until now it was there to clean up if we had died on the way.
    await this.#end(this.#guard, 'SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async ctl(/** @type {readonly string[]} */ args) {
    const rabbitmqctl = path.join(path.dirname(this.#server), 'rabbitmqctl');
    const [program, ...rest] = this.#there(rabbitmqctl, ['-q', ...args]);
    const { stdout } = await promisify(execFile)(program, rest, {
      env: this.#environment,
      timeout: 60_000,
    });
    return stdout;
  }

  log() {
    return readFileSync(this.#log, 'utf8');
  }

  [Symbol.asyncDispose]() {
    return this.stop();
  }

  /** Erlang would start an epmd as a daemon and leave it behind; ours is a child. */
  async #startEpmd() {
    const port = this.#ports.epmdPort;
    const args = ['-address', this.address, '-port', String(port)];
    this.#epmd = this.#spawn(findEpmd(), args);
    this.#tellGuard();
    await this.#waitFor('epmd', this.#epmd, () => answers(this.address, port));
  }

  async #startNode() {
    const logged = statSync(this.#log).size;
    this.#node = this.#spawn(this.#server, []);
    this.#tellGuard();
    const bootFailed = () =>
      readFileSync(this.#log).subarray(logged).includes('BOOT FAILED') ? 'its boot failed' : '';
    await this.#waitFor('the broker', this.#node, () => this.#isListening(), bootFailed);
  }

  /** The ports are opened one after the other. */
  async #isListening() {
    if (!(await answers(this.address, this.port, protocolHeader))) return false;
    return !this.#speaksTls || answers(this.address, this.tlsPort);
  }

  /**
   * @param {string} what
   * @param {import('node:child_process').ChildProcess} child
   * @param {() => Promise<boolean>} isReady
   * @param {() => string} failure
   */
  async #waitFor(what, child, isReady, failure = () => '') {
    const check = async () => {
      const reason = hasEnded(child) ? 'it ended' : failure();
      if (reason) throw new Error(`${what} did not start: ${reason}`);
      return isReady();
    };
    try {
      await waitUntil(`${what} to answer`, check, { deadlineMs: startDeadlineMs, everyMs: 100 });
    } catch (error) {
      const tail = this.log().trimEnd().split('\n').slice(-25).join('\n');
      throw new Error(`${String(error)}\nthe end of its log:\n${tail}`, { cause: error });
    }
  }

  /**
   * In a process group of its own, so that a Ctrl-C in the terminal does not reach the broker
   * before the tests that use it.
   *
   * @param {string} program
   * @param {string[]} args
   */
  #spawn(program, args) {
    const log = openSync(this.#log, 'a');
    const [first, ...rest] = this.#there(program, args);
    const child = spawn(first, rest, {
      cwd: this.#folder,
      detached: true,
      env: this.#environment,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    child.once('error', () => {
      // The `exit` code stays null then; waiting for readiness ends by its deadline instead.
    });
    // A child that ended by itself must not stay on the guard's list: its pid may be given away.
    child.once('exit', () => this.#tellGuard());
    return child;
  }

  /**
   * The command line that runs a program where the broker is.
   *
   * @param {string} program
   * @param {readonly string[]} args
   * @returns {[string, ...string[]]}
   */
  #there(program, args) {
    const [first, ...rest] = [...this.#host.enter, program];
    return [first ?? program, ...rest, ...args];
  }

  /**
   * A shell that outlives us for a moment: when our end of its pipe closes, however we died, it
   * kills what is left and removes the folder.
   */
  #spawnGuard() {
    const script = 'while read -r line; do pids=$line; done; kill -9 $pids; rm -rf "$1"';
    const guard = spawn('/bin/sh', ['-c', script, 'greenroom-broker-guard', this.#folder], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    guard.stdin.on('error', () => {
      // The guard was ended by stop(); there is nobody left to tell.
    });
    // Neither the shell nor its pipe keeps a finished test run alive.
    guard.unref();
    /** @type {import('node:net').Socket} */ (guard.stdin).unref();
    return guard;
  }

  #tellGuard() {
    const alive = [this.#node, this.#epmd].filter((child) => child?.pid && !hasEnded(child));
    if (this.#guard?.stdin?.writable) {
      this.#guard.stdin.write(`${alive.map((child) => child?.pid).join(' ')}\n`);
    }
  }

  /**
   * @param {import('node:child_process').ChildProcess | undefined} child
   * @param {NodeJS.Signals} signal
   */
  async #end(child, signal) {
    if (!child || hasEnded(child)) return;
    const gone = ended(child);
    child.kill(signal);
    // A frozen process takes SIGTERM only when it is thawed.
    child.kill('SIGCONT');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs);
    await gone;
    clearTimeout(timer);
  }
}
