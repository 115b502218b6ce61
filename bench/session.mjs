import { randomBytes } from 'node:crypto';
import { textOf } from './agent/text.mjs';
import { Agent } from './agent.mjs';
import { processUsage } from './process-usage.mjs';

/** How long a run may take beyond its warm-up and window, and a server or client to start. */
const patienceMs = 120_000;

/** The calls that a measure of calls begins with, the same for everybody. */
const burst = { text: textOf(100), outstanding: 128 };

/**
 * One subject under one measure: its server and its client, each in a process of its own.
 */
export class Session {
  #subject;
  #broker;
  #options;
  /** @type {Agent | undefined} */
  #server;
  /** @type {Agent | undefined} */
  #client;

  /**
   * @param {import('./subjects.mjs').Subject} subject
   * @param {import('./measures/measure.mjs').Measure} measure
   * @param {import('./broker.mjs').Broker} broker
   */
  constructor(subject, measure, broker) {
    this.#subject = subject;
    this.#broker = broker;
    const { amqpUrl, osloUrl } = broker;
    const topic = `bench-${randomBytes(6).toString('hex')}`;
    this.#options = { amqpUrl, osloUrl, topic, topics: measure.topics ?? 1, ...subject.options };
  }

  /** Starts the server, then the client. */
  async start() {
    const { name, server, client } = this.#subject;
    if (server !== undefined) {
      this.#server = new Agent(`${name}, server`, server);
      await this.#server.request('start', this.#options, { deadlineMs: patienceMs });
    }
    this.#client = new Agent(`${name}, client`, client);
    await this.#client.request('start', this.#options, { deadlineMs: patienceMs });
  }

  /**
   * Has the code of calls compiled: a burst of echoes of 100 B, 128 at once, for so long.
   *
   * @param {number} ms
   */
  async burst(ms) {
    const { topics } = this.#options;
    const deadlineMs = ms + patienceMs;
    await this.#client?.request('burst', { ...burst, topics, ms }, { deadlineMs });
  }

  /**
   * Measures once.
   *
   * @param {object} job
   * @param {number} job.outstanding
   * @param {number} job.warmUpMs
   * @param {number} job.windowMs
   * @returns {Promise<import('../dist/cli/bench/result.js').BenchRound>}
   */
  async run(job) {
    const { topics } = this.#options;
    let begin;
    let end;
    const onEvent = (event) => {
      if (event === 'begin') begin = this.#look('begin');
      if (event === 'held') this.#tellServer('release');
      if (event === 'listen') this.#tellServer('listen');
      if (event === 'end') end = this.#look('end');
    };
    const deadlineMs = job.warmUpMs + job.windowMs + patienceMs;
    const result = await this.#client?.request('run', { ...job, topics }, { onEvent, deadlineMs });
    // Who measures is the client, but for notifications: nobody sends while they are counted.
    const { stallMs: serverStallMs, ...told } = (await end.told) ?? {};
    const { stallMs, ...figures } = { ...told, ...result };
    return {
      ...figures,
      errors: 0, // The first ends the run.
      cpuPer10kCalls: cpuPer10kCalls(begin, end, figures.callsPerSecond),
      rssMb: defined({ server: end.server?.rssMb, client: end.client?.rssMb }),
      stallMs: defined({ server: serverStallMs, client: stallMs }),
    };
  }

  /** Ends both processes in order, and removes what they have left at the broker. */
  async end() {
    await this.#client?.end();
    await this.#server?.end();
    const { topic, topics } = this.#options;
    const { leftQueues = [] } = this.#subject;
    await this.#broker.deleteQueues(queueNames(topic, topics, leftQueues));
  }

  /** Ends both processes at once. */
  kill() {
    this.#client?.kill();
    this.#server?.kill();
  }

  /** What all processes have used until now; and tells the server that a window begins or ends. */
  #look(command) {
    return {
      at: performance.now(),
      server: processUsage(this.#server?.pid),
      client: processUsage(this.#client?.pid),
      broker: this.#subject.isBrokerless ? undefined : processUsage(this.#broker.pid),
      told: this.#tellServer(command),
    };
  }

  #tellServer(command) {
    const told = this.#server?.request(command);
    // A server that is lost fails the client's run too, and that is waited for.
    told?.catch(() => {});
    return told;
  }
}

/** As oslo.messaging names them. */
function queueNames(topic, topics, endings) {
  const names = Array.from({ length: topics }, (_, index) => `${topic}.${index}`);
  return names.flatMap((name) => endings.map((ending) => `${name}${ending}`));
}

/**
 * CPU seconds for 10,000 calls. We look a moment after the client does, at both ends, so it is the
 * rates that are compared.
 */
function cpuPer10kCalls(begin, end, callsPerSecond) {
  const seconds = (end.at - begin.at) / 1_000;
  const perCalls = (role) => {
    if (!begin[role] || !end[role]) return undefined;
    const used = end[role].cpuSeconds - begin[role].cpuSeconds;
    return (used / seconds / callsPerSecond) * 10_000;
  };
  return defined({
    server: perCalls('server'),
    client: perCalls('client'),
    broker: perCalls('broker'),
  });
}

function defined(record) {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
