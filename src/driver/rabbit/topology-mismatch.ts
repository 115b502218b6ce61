import type { ExchangeDeclaration, QueueDeclaration } from './topology.ts';
import type { TopologyOptions } from './topology-options.ts';

/** What was declared, and is there already in another form. */
export type Declared =
  | { readonly what: 'exchange'; readonly of: ExchangeDeclaration }
  | { readonly what: 'queue'; readonly of: QueueDeclaration };

/**
 * An exchange or a queue exists, and not as we declare it.
 *
 * It says what differs and which option would agree, as far as the broker tells: it names the first
 * difference only. Nothing is deleted, declared otherwise or used as it is. oslo.messaging 14.0.3 fails
 * likewise; from 14.1 on it falls back to a non-durable exchange and queue where durability is what
 * differs. We don't: a service that was set to be durable and quietly is not loses messages at the
 * broker's next restart, and which of the peers came first would decide it. Source: oslo-wire.md 3.
 */
export class TopologyMismatch extends Error {
  /** AMQP's PRECONDITION_FAILED, also where a broker has it for an internal error. */
  readonly code = 406;

  constructor(message: string, cause: Error) {
    super(message, { cause });
    this.name = 'TopologyMismatch';
  }
}

/**
 * Turns the broker's PRECONDITION_FAILED into a {@link TopologyMismatch}, and what RabbitMQ 4 says where
 * it is told to permit no transient queues; any other error stays itself.
 */
export function explainMismatch(error: unknown, declared: Declared): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  if (error.code === 541 && error.message.includes('transient_nonexcl_queues')) {
    const name = `${declared.what} ${declared.of.name}`;
    return new TopologyMismatch(
      `the broker permits no transient queues (transient_nonexcl_queues) such as ${name}: ` +
        "set rabbit.topology to 'rabbitmq4'",
      error,
    );
  }
  if (error.code !== 406) return error;
  // RabbitMQ 3 and 4: "inequivalent arg 'durable' for queue 'q' in vhost '/': received 'true' but
  // current is 'false'"; a table's values as "the value 'quorum' of type 'longstr'", or "none".
  const found =
    /inequivalent arg '([a-z_-]+)' for .*: received (none|(?:the value )?'[^']*').* but current is (none|(?:the value )?'[^']*')/.exec(
      error.message,
    );
  if (found === null) return error;
  const [, name = '', ...values] = found;
  const [received = '', current = ''] = values.map((value) => plain(name, value));
  const { what, of } = declared;
  return new TopologyMismatch(
    `${what} ${of.name} exists with ${name}=${current}, we declare ${name}=${received}: ` +
      adviceFor(name, current, declared),
    error,
  );
}

function plain(name: string, value: string): string {
  // RabbitMQ 4 has the word for it.
  if (name === 'x-queue-type' && value === 'none') return 'classic';
  return value.replace(/^the value /, '').replaceAll("'", '');
}

type Option = keyof TopologyOptions;

/** The options that decide each argument; the first is the one to change. */
const options: Readonly<Record<string, Readonly<Record<string, readonly Option[]>>>> = {
  'topic exchange': { durable: ['durable', 'quorum'], auto_delete: ['autoDelete'] },
  'fanout exchange': { durable: ['transientQuorum'] },
  'topic queue': {
    durable: ['durable', 'quorum'],
    auto_delete: ['autoDelete'],
    'x-queue-type': ['quorum'],
    'x-delivery-limit': ['quorumDeliveryLimit'],
    'x-max-in-memory-length': ['quorumMaxMemoryLength'],
    'x-max-in-memory-bytes': ['quorumMaxMemoryBytes'],
  },
  'transient queue': {
    durable: ['transientQuorum'],
    'x-queue-type': ['transientQuorum'],
    'x-expires': ['transientTtlMs'],
  },
  'stream queue': {
    durable: ['streamFanout'],
    'x-queue-type': ['streamFanout'],
    'x-max-age': ['transientTtlMs'],
  },
};

function adviceFor(name: string, current: string, { what, of }: Declared): string {
  const kind = what === 'exchange' ? of.type : of.kind;
  const deciding = options[`${kind} ${what}`]?.[name] ?? [];
  if (deciding.length === 0) return `no option of ours makes them agree; is the ${what} ours?`;
  const value = valueFor(deciding[0], name, current);
  const settings = deciding.map((option) => `rabbit.topology.${option}`);
  // Either makes it durable, so for the opposite neither may be set.
  const which = settings.join(value === 'true' ? ' or ' : ' and ');
  return `set ${which} to ${value}, as its other users have it`;
}

/** What the first deciding option has to be for the queue or exchange as it is. */
function valueFor(option: Option | undefined, name: string, current: string): string {
  if (name === 'x-queue-type') {
    const wanted = option === 'streamFanout' ? 'stream' : 'quorum';
    return String(current === wanted);
  }
  // In milliseconds where the broker says no unit, as RabbitMQ 4 does.
  if (name === 'x-max-age') return current.replace(/s$/, '000').replace(/^none$/, '0');
  return current === 'none' ? '0' : current;
}
