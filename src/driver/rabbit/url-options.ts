import { InvalidTransportURL } from '../../errors.ts';
import { suggestion } from '../../nearest-name.ts';
import { failoverStrategies } from './failover.ts';
import { loginMethods } from './login.ts';
import type { RabbitOptions } from './rabbit-options.ts';
import type { TlsOptions } from './tls-options.ts';
import type { TopologyOptions } from './topology-options.ts';

/** What the query of a transport URL says, in our words. */
export interface UrlOptions {
  /** Whether to use TLS, where the query says. */
  readonly ssl?: boolean;
  readonly tls: TlsOptions;
  readonly topology: TopologyOptions;
  readonly connection: Omit<RabbitOptions, 'tls' | 'topology'>;
}

/** What one key says, and the parts of a queue's name, which only count together. */
type Said = Partial<UrlOptions> & { readonly names?: QueueNames };

interface QueueNames {
  readonly isWanted?: boolean;
  readonly host?: string;
  readonly process?: string;
}

/** One key: what its value has to be like, and what it means; nothing when it is not like that. */
interface UrlOption {
  readonly takes: string;
  readonly read: (value: string) => Said | undefined;
}

/**
 * Every option of oslo.messaging's `[oslo_messaging_rabbit]`, of 14.0.3 and of the versions since,
 * with what it is here. Those that change nothing are taken as they are: they are about how Python's
 * driver works inside. Those that would change something which we don't have are refused.
 */
const table: Readonly<Record<string, UrlOption>> = {
  amqp_durable_queues: flag((durable) => ({ topology: { durable } })),
  amqp_auto_delete: flag((autoDelete) => ({ topology: { autoDelete } })),
  rabbit_ha_queues: flag((haQueues) => ({ topology: { haQueues } })),
  rabbit_quorum_queue: flag((quorum) => ({ topology: { quorum } })),
  rabbit_quorum_delivery_limit: count((quorumDeliveryLimit) => ({
    topology: { quorumDeliveryLimit },
  })),
  rabbit_quorum_max_memory_length: count((quorumMaxMemoryLength) => ({
    topology: { quorumMaxMemoryLength },
  })),
  rabbit_quorum_max_memory_bytes: count((quorumMaxMemoryBytes) => ({
    topology: { quorumMaxMemoryBytes },
  })),
  // As 14.0.3 spells them.
  rabbit_quroum_max_memory_length: count((quorumMaxMemoryLength) => ({
    topology: { quorumMaxMemoryLength },
  })),
  rabbit_quroum_max_memory_bytes: count((quorumMaxMemoryBytes) => ({
    topology: { quorumMaxMemoryBytes },
  })),
  rabbit_transient_quorum_queue: flag((transientQuorum) => ({ topology: { transientQuorum } })),
  rabbit_transient_queues_ttl: count((seconds) => ({
    topology: { transientTtlMs: seconds * 1000 },
  })),
  rabbit_stream_fanout: flag((streamFanout) => ({ topology: { streamFanout } })),
  enable_cancel_on_failover: flag((cancelOnFailover) => ({ topology: { cancelOnFailover } })),
  use_queue_manager: flag((isWanted) => ({ names: { isWanted } })),
  hostname: text((host) => ({ names: { host } })),
  processname: text((process) => ({ names: { process } })),

  heartbeat_timeout_threshold: number('a number of seconds, at least 1', 1, (seconds) => ({
    connection: { heartbeatMs: seconds * 1000 },
  })),
  rabbit_retry_interval: count((seconds) => ({ connection: { retryInitialMs: seconds * 1000 } })),
  rabbit_interval_max: count((seconds) => ({ connection: { retryMaxMs: seconds * 1000 } })),
  rabbit_login_method: word(loginMethods, (loginMethod) => ({ connection: { loginMethod } })),

  ssl: flag((ssl) => ({ ssl })),
  ssl_ca_file: text((caFile) => ({ tls: { caFile } })),
  ssl_cert_file: text((certFile) => ({ tls: { certFile } })),
  ssl_key_file: text((keyFile) => ({ tls: { keyFile } })),
  // TLS 1.2 is our least and the two sides agree on the best; the older ones are not safe.
  ssl_version: word(['', 'SSLv23', 'TLSv1_2'], () => ({})),
  ssl_enforce_hostname_verification: alwaysOn('the host name is always verified'),
  ssl_enforce_fips_mode: flag(() => ({})),

  direct_mandatory_flag: alwaysOn('a reply that no queue takes is always noticed'),
  kombu_compression: refused('set compression in the options'),
  // There always is a prefetch here: as many as there are slots.
  rabbit_qos_prefetch_count: count(() => ({})),
  rabbit_retry_backoff: count(() => ({})),
  heartbeat_rate: count(() => ({})),
  heartbeat_in_pthread: flag(() => ({})),
  kombu_reconnect_delay: number('a number', 0, () => ({})),
  kombu_reconnect_splay: number('a number', 0, () => ({})),
  kombu_missing_consumer_retry_timeout: count(() => ({})),
  kombu_failover_strategy: word(failoverStrategies, (failover) => ({ connection: { failover } })),
  rpc_conn_pool_size: count(() => ({})),
  conn_pool_min_size: count(() => ({})),
  conn_pool_ttl: count(() => ({})),
};

/**
 * Reads the query of a transport URL, which overrules the options. Source: oslo-wire.md 17.
 *
 * @throws {@link InvalidTransportURL} for a key that there is not, and for a value that is not of the
 * key's kind; it never repeats a value.
 */
export function readUrlOptions(query: Readonly<Record<string, string>>): UrlOptions {
  const said = Object.entries(query).map(([key, value], index) => readOne(key, value, index));
  const names: QueueNames = Object.assign({}, ...said.map((each) => each.names));
  const ssl = said.find((each) => each.ssl !== undefined)?.ssl;
  return {
    ...(ssl !== undefined && { ssl }),
    tls: Object.assign({}, ...said.map((each) => each.tls)),
    topology: Object.assign(namesOption(names), ...said.map((each) => each.topology)),
    connection: Object.assign({}, ...said.map((each) => each.connection)),
  };
}

function readOne(key: string, value: string, index: number): Said {
  // What is no name may be the rest of a password with a '?' in it.
  const shown = /^[a-z_]{1,50}$/i.test(key) ? `'${key}'` : `${index + 1}`;
  const option = Object.hasOwn(table, key) ? table[key] : undefined;
  if (option === undefined) {
    const hint = shown.startsWith("'") ? nearest(key) : '';
    throw new InvalidTransportURL(`transport URL: unknown query parameter ${shown}${hint}`);
  }
  const said = option.read(value);
  if (said !== undefined) return said;
  throw new InvalidTransportURL(`transport URL: query parameter ${shown} ${option.takes}`);
}

function nearest(key: string): string {
  const hint = suggestion(key, Object.keys(table));
  return hint.includes('did you mean') ? hint : '';
}

function namesOption({ isWanted, host, process }: QueueNames): TopologyOptions {
  if (!isWanted) return {};
  if (host !== undefined && process !== undefined) return { queueNames: { host, process } };
  // oslo.messaging has defaults for them: the machine's name and the program's.
  throw new InvalidTransportURL(
    'transport URL: use_queue_manager needs hostname and processname beside it',
  );
}

// The words that oslo.config takes for a boolean.
function flag(meaning: (value: boolean) => Said): UrlOption {
  return {
    takes: 'must be true or false',
    read: (value) => {
      if (/^(true|1|on|yes)$/i.test(value)) return meaning(true);
      return /^(false|0|off|no)$/i.test(value) ? meaning(false) : undefined;
    },
  };
}

/** A flag that can't be switched off. */
function alwaysOn(reason: string): UrlOption {
  return {
    takes: `must be true: ${reason}`,
    read: (value) => (/^(true|1|on|yes)$/i.test(value) ? {} : undefined),
  };
}

function count(meaning: (value: number) => Said): UrlOption {
  return {
    takes: 'must be a whole number',
    read: (value) => (/^\d{1,9}$/.test(value) ? meaning(Number(value)) : undefined),
  };
}

function number(what: string, least: number, meaning: (value: number) => Said): UrlOption {
  return {
    takes: `must be ${what}`,
    read: (value) =>
      /^\d{1,9}(\.\d{1,9})?$/.test(value) && Number(value) >= least
        ? meaning(Number(value))
        : undefined,
  };
}

function text(meaning: (value: string) => Said): UrlOption {
  return {
    takes: 'must not be empty',
    read: (value) => (value === '' ? undefined : meaning(value)),
  };
}

function word<Word extends string>(
  words: readonly Word[],
  meaning: (value: Word) => Said,
): UrlOption {
  return {
    takes: `must be one of ${words.filter(Boolean).join(', ')}`,
    read: (value) => {
      const known = words.find((each) => each.toLowerCase() === value.toLowerCase());
      return known === undefined ? undefined : meaning(known);
    },
  };
}

function refused(instead: string): UrlOption {
  return { takes: `is not taken from the URL: ${instead}`, read: () => undefined };
}
