import { randomUUID } from 'node:crypto';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, inject } from 'vitest';
import type { BrokerAnswer } from './global-setup.ts';
import { findRabbitmqServer } from './private-broker.ts';

/**
 * The transport URL of the run's RabbitMQ, which is started for the first test that asks.
 *
 * @throws when no broker can be had: a test that needs one fails, it is never skipped.
 */
export async function brokerUrl(): Promise<string> {
  const url = await answeredUrl();
  return url.replace(/^amqp:/, 'rabbit:');
}

/** The same broker's URL in the form that amqplib takes. */
export async function amqpUrl(): Promise<string> {
  const url = await answeredUrl();
  // amqplib reads a lone slash as a virtual host with an empty name.
  return url.replace(/^rabbit:/, 'amqp:').replace(/\/(?=\?|$)/, '');
}

/** A topic that no other test uses, so that tests can share a broker. */
export function uniqueTopic(prefix = 'topic'): string {
  return `${prefix}-${randomUUID().slice(0, 13)}`;
}

/** Why tests can't start brokers of their own to kill them; undefined when they can. */
export const privateBrokerReason: string | undefined = findRabbitmqServer()
  ? undefined
  : 'no rabbitmq-server on this machine to start and kill';

/** A `describe` whose tests start a `PrivateBroker`; reported as skipped where none can be had. */
export function describeWithPrivateBroker(name: string, suite: () => void): void {
  const reason = privateBrokerReason;
  describe.skipIf(reason)(reason ? `${name} (skipped: ${reason})` : name, suite);
}

let asked: Promise<string> | undefined;

function answeredUrl(): Promise<string> {
  asked ??= ask();
  return asked;
}

async function ask(): Promise<string> {
  const socket = net.connect({ host: '127.0.0.1', port: inject('brokerPort') });
  const answer = JSON.parse(await text(socket)) as BrokerAnswer;
  if ('error' in answer) throw new Error(answer.error);
  return answer.url;
}
