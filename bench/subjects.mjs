import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** Threads, or processes, of those that have some: what the figures of Greenroom are stated for. */
export const hosts = 2;

/** The Python that has oslo.messaging, or not; the same as the tests use. */
export const python = process.env['GREENROOM_TEST_PYTHON'] ?? '/usr/bin/python3';

/**
 * Who is measured.
 *
 * @typedef {object} Subject
 * @property {string} name
 * @property {string} peer What `--peers` calls it; some have several subjects.
 * @property {readonly string[]} [server] The program and its arguments; absent where there is none.
 * @property {readonly string[]} client
 * @property {object} [options] For server and client.
 * @property {readonly string[]} [needs] What has to be there, see `missing.mjs`.
 * @property {readonly string[]} [leftQueues] What stands after the topic in the names of the queues that outlive
 * their users, as oslo.messaging's do.
 * @property {boolean} [isBrokerless] Whether there is no broker in it, whose CPU time would be measured.
 */

/** What all others are compared with, and itself once more: that pair shows the noise. */
export const reference = 'amqplib by hand';
export const referenceAgain = 'amqplib by hand, again';

/** How many notifications the listeners of batches take at once. */
const batchSize = 100;

/** Of RPC: the topic's, and that of the server, which is called `bench`. */
const rpcQueues = ['', '.bench'];

/** By the id that plans use. @type {Readonly<Record<string, Subject>>} */
export const subjects = {
  amqplib: inNode('amqplib', reference, 'amqplib', { envelope: 'plain' }),
  amqplibAgain: inNode('amqplib', referenceAgain, 'amqplib', { envelope: 'plain' }),
  amqplibOslo: inNode('amqplib-oslo', "amqplib, oslo's envelope", 'amqplib', { envelope: 'oslo' }),
  async: greenroom('async'),
  pool: greenroom('pool'),
  // As docs/performance.md says for methods that are shorter than the way to their thread.
  poolOfShort: greenroom('pool', { concurrency: 16, lookAhead: 64 }),
  process: greenroom('process'),
  nest: {
    ...inNode('nest', 'Nest', 'nest', { noDelay: false }),
    needs: ['packages'],
  },
  nestNoDelay: {
    ...inNode('nest', 'Nest, noDelay', 'nest', { noDelay: true }),
    needs: ['packages'],
  },
  moleculer: { ...inNode('moleculer', 'Moleculer', 'moleculer'), needs: ['packages'] },
  threading: osloMessaging('threading', ['oslo_messaging']),
  eventlet: osloMessaging('eventlet', ['oslo_messaging', 'eventlet']),
  handListener: listening('amqplib', reference, 'amqplib-notifications'),
  handListenerAgain: listening('amqplib', referenceAgain, 'amqplib-notifications'),
  listener: greenroomListener('async'),
  poolListener: greenroomListener('pool'),
  batchListener: greenroomListener('async', { batchSize }),
  poolBatchListener: greenroomListener('pool', { batchSize }),
  pythonListener: osloListener(),
  pythonBatchListener: osloListener({ batchSize }),
  handNotifier: notifying(inNode('amqplib', reference, 'amqplib-notifier')),
  notifier: notifying(inNode('greenroom', 'Greenroom', 'greenroom-notifier')),
  pythonNotifier: notifying(osloMessaging('threading', ['oslo_messaging'], 'notifier.py')),
  piscina: {
    ...inNode('piscina', 'Piscina, no broker', 'piscina', { hosts }),
    server: undefined,
    isBrokerless: true,
  },
};

/** What `--peers` takes. */
export const peers = [...new Set(Object.values(subjects).map(({ peer }) => peer))];

/** @returns {Subject} */
function inNode(peer, name, module, options = {}) {
  const program = (main) => [
    process.execPath,
    '--expose-gc',
    file(`agent/${main}`),
    new URL(`peers/${module}.mjs`, import.meta.url).href,
  ];
  return {
    name,
    peer,
    server: program('server-main.mjs'),
    client: program('client-main.mjs'),
    options,
  };
}

/** What fills the queues of those that listen. */
function feeder() {
  const { client } = inNode('', '', 'notification-feeder');
  return client;
}

/** @returns {Subject} */
function listening(peer, name, module, options = {}) {
  const subject = inNode(peer, name, module, options);
  const server = subject.server.with(2, file('agent/listener-main.mjs'));
  return { ...subject, server, client: feeder() };
}

/** @returns {Subject} */
function greenroomListener(executor, options = {}) {
  const name = `Greenroom ${executor}${options.batchSize === undefined ? '' : ', batches'}`;
  return listening('greenroom', name, 'greenroom-notifications', { executor, hosts, ...options });
}

/** @returns {Subject} */
function osloListener(options = {}) {
  const subject = osloMessaging('threading', ['oslo_messaging']);
  const server = subject.server.with(2, file('peers/oslo-messaging/listener.py'));
  return { ...subject, server, client: feeder(), leftQueues: [], options };
}

/** Sends only: there is no server. @returns {Subject} */
function notifying(subject) {
  return { ...subject, server: undefined, leftQueues: ['.info'] };
}

/** @returns {Subject} */
function greenroom(executor, tuning = {}) {
  const { concurrency } = tuning;
  const name = `Greenroom ${executor}${concurrency === undefined ? '' : `, ${concurrency} a thread`}`;
  return {
    ...inNode('greenroom', name, 'greenroom', { executor, hosts, ...tuning }),
    leftQueues: rpcQueues,
  };
}

/** @returns {Subject} */
function osloMessaging(threading, modules, client = 'client.py') {
  const program = (main) => [python, '-B', file(`peers/oslo-messaging/${main}`), threading];
  return {
    name: `oslo.messaging, ${threading}`,
    peer: 'python',
    server: program('server.py'),
    client: program(client),
    needs: modules,
    leftQueues: rpcQueues,
  };
}

function file(name) {
  return path.join(fileURLToPath(new URL('.', import.meta.url)), name);
}
