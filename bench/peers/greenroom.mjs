import { connect, RPCClient, Runtime } from '../../dist/index.js';

const server = 'bench';
/** Calls that a server holds by the ten thousand may be outstanding for longer than the default. */
const timeoutMs = 300_000;
const endpoints = new URL('greenroom-endpoint.mjs', import.meta.url);

/**
 * Everything at its default, confirms included, but for the number of hosts, time-outs, and what is given.
 *
 * @param {object} options
 * @param {string} options.osloUrl
 * @param {string} options.topic
 * @param {number} options.topics How many topics, each with a runtime of its own on one transport.
 * @param {import('../../dist/index.js').ExecutorName} options.executor
 * @param {number} options.hosts Threads or processes.
 * @param {number} [options.concurrency] Of each of them.
 * @param {number} [options.lookAhead]
 */
export async function startServer(options) {
  const { osloUrl, topic, topics, executor, hosts, concurrency = 1, lookAhead } = options;
  const transport = await connect(osloUrl);
  const runtimes = Array.from(
    { length: topics },
    (_, index) =>
      new Runtime({
        transport,
        rpc: {
          target: { topic: topicOf(topic, index), server },
          endpoints,
          ...(lookAhead !== undefined && { lookAhead }),
        },
        pool: { threads: hosts, concurrency },
        process: { processes: hosts, concurrency },
        signals: false,
      }),
  );
  // One after the other, as the reference declares its queues.
  for (const runtime of runtimes) await runtime.start({ executor });
  return {
    stop: async () => {
      await Promise.all(runtimes.map((runtime) => runtime.stop()));
      await transport.close();
    },
  };
}

/** @param {{ osloUrl: string, topic: string, topics: number }} options */
export async function openClient({ osloUrl, topic, topics }) {
  const transport = await connect(osloUrl);
  const clients = Array.from(
    { length: topics },
    (_, index) => new RPCClient(transport, { topic: topicOf(topic, index) }, { timeoutMs }),
  );
  const [first] = clients;
  // The runtime answers this itself, from the server's own queue.
  const pinged = first.prepare({ server });
  return {
    call: (method, args, index) => clients[index].call({}, method, args),
    cast: (method, args) => first.cast({}, method, args),
    ping: () => pinged.call({}, 'oslo_rpc_server_ping', {}),
    close: () => transport.close(),
  };
}

function topicOf(topic, index) {
  return `${topic}.${index}`;
}
