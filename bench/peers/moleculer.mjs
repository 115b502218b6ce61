import moleculer from 'moleculer';
import { methods } from './methods.mjs';

const service = 'bench';
// Its default of 1 would have a request wait for the acknowledgement of the one before.
const prefetch = 128;

/** @param {{ amqpUrl: string, topic: string }} options */
export async function startServer({ amqpUrl, topic }) {
  const broker = newBroker(amqpUrl, topic, 'server');
  const actions = Object.entries(methods).map(([name, method]) => [
    name,
    ({ params }) => method(params),
  ]);
  broker.createService({ name: service, actions: Object.fromEntries(actions) });
  await broker.start();
  return { stop: () => broker.stop() };
}

/** @param {{ amqpUrl: string, topic: string }} options */
export async function openClient({ amqpUrl, topic }) {
  const broker = newBroker(amqpUrl, topic, 'client');
  await broker.start();
  await broker.waitForServices(service);
  const call = (method, args) => broker.call(`${service}.${method}`, args);
  return { call, ping: () => call('ping', {}), close: () => broker.stop() };
}

function newBroker(url, namespace, nodeID) {
  return new moleculer.ServiceBroker({
    namespace,
    nodeID,
    logger: false,
    transporter: { type: 'AMQP', options: { url, prefetch, socketOptions: { noDelay: true } } },
  });
}
