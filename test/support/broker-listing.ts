import type { PrivateBroker } from './private-broker.ts';

/** A row that `rabbitmqctl` lists, with `arguments` as an object. */
export type Listed = Readonly<Record<string, unknown>>;

/** The queues of a broker, in the words of AMQP, with what else is asked for. */
export function listQueues(
  broker: PrivateBroker,
  ...more: readonly string[]
): Promise<readonly Listed[]> {
  return list(broker, 'list_queues', 'name', 'durable', 'auto_delete', 'arguments', ...more);
}

/** The exchanges of a broker, without those that every broker has. */
export async function listExchanges(broker: PrivateBroker): Promise<readonly Listed[]> {
  const all = await list(broker, 'list_exchanges', 'name', 'type', 'durable', 'auto_delete');
  return all.filter(({ name }) => name !== '' && !String(name).startsWith('amq.'));
}

/** The bindings of a broker, without those of the default exchange. */
export async function listBindings(broker: PrivateBroker): Promise<readonly Listed[]> {
  const all = await list(broker, 'list_bindings', 'source_name', 'destination_name', 'routing_key');
  return all.filter((binding) => binding['source_name'] !== '');
}

/** The consumers of a broker. */
export function listConsumers(broker: PrivateBroker): Promise<readonly Listed[]> {
  return list(broker, 'list_consumers', 'queue_name', 'consumer_tag', 'ack_required', 'arguments');
}

async function list(broker: PrivateBroker, ...command: string[]): Promise<readonly Listed[]> {
  const text = await broker.ctl([...command, '--formatter', 'json']);
  // What --formatter json prints: a list of objects with the columns that were asked for.
  const rows = JSON.parse(text) as readonly Listed[];
  return rows.map((row) => ({ ...row, ...('arguments' in row && { arguments: table(row) }) }));
}

/** Arguments are listed as triples of name, AMQP type and value. */
function table(row: Listed): object {
  const triples = row['arguments'] as readonly [name: string, type: string, value: unknown][];
  // RabbitMQ 4 writes down the type that a queue has by default.
  const declared = triples.filter(([, , value]) => value !== 'classic');
  return Object.fromEntries(declared.map(([name, , value]) => [name, value]).sort());
}
