import { once } from 'node:events';
import net from 'node:net';
import type { TestProject } from 'vitest/node';
import { findRabbitmqServer, PrivateBroker } from './private-broker.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The port of 127.0.0.1 where a {@link BrokerAnswer} is told to whoever connects. */
    brokerPort: number;
  }
}

/** What a test that asks for the run's broker is told, as one JSON text. */
export type BrokerAnswer = { readonly url: string } | { readonly error: string };

const howToGetOne =
  'no RabbitMQ: run `npm test`, which finds or installs one, or set GREENROOM_TEST_URL';

/**
 * Shares one broker among all test files of a run.
 *
 * Test files run in processes of their own, and most need no broker; so this waits for the first
 * that asks, starts a private one then, and tells all the same URL.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<PrivateBroker> | undefined;
  const answer = async (): Promise<BrokerAnswer> => {
    if (process.env['GREENROOM_TEST_URL']) return { url: process.env['GREENROOM_TEST_URL'] };
    if (!findRabbitmqServer()) return { error: howToGetOne };
    try {
      starting ??= PrivateBroker.start();
      return { url: (await starting).url };
    } catch (error) {
      return { error: String(error) };
    }
  };
  const server = net.createServer((socket) => {
    // A test that was interrupted while it waited; the next one is told all the same.
    socket.on('error', () => socket.destroy());
    void answer().then((told) => socket.end(JSON.stringify(told)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  project.provide('brokerPort', (server.address() as net.AddressInfo).port);

  return async () => {
    server.close();
    // A broker that failed to start has told so to the tests, and has cleaned up after itself.
    const broker = await starting?.catch(() => undefined);
    await broker?.stop();
  };
}
