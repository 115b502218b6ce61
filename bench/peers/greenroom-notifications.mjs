import { Runtime } from '../../dist/index.js';

const endpoints = new URL('greenroom-notification-endpoints.mjs', import.meta.url);

/**
 * Everything at its default but for the number of hosts.
 *
 * @param {{ osloUrl: string, topic: string, executor: string, hosts: number, batchSize?: number }} options
 */
export async function startListener({ osloUrl, topic, executor, hosts, batchSize }) {
  const runtime = new Runtime({
    transport: osloUrl,
    notifications: {
      targets: { topic: `${topic}.0` },
      endpoints: { module: endpoints, export: batchSize === undefined ? 'OneByOne' : 'Batches' },
      ...(batchSize !== undefined && { batch: { size: batchSize } }),
    },
    pool: { threads: hosts },
    process: { processes: hosts },
    signals: false,
  });
  await runtime.start({ executor });
  return { handled: () => runtime.counts.finished, stop: () => runtime.stop({ graceMs: 1_000 }) };
}
