import { describe, expect, it } from 'vitest';
import type { RabbitOptions } from '../../src/driver/rabbit/rabbit-options.ts';
import { resolveRabbitOptions } from '../../src/driver/rabbit/resolve-rabbit-options.ts';
import { Transport } from '../../src/driver/transport.ts';
import { parseTransportUrl } from '../../src/driver/transport-url.ts';
import { InvalidOptionError, InvalidTransportURL } from '../../src/index.ts';
import { RecordedLog } from '../support/recorded-log.ts';

const resolve = (query: string, rabbit: RabbitOptions = {}, scheme = 'rabbit') =>
  resolveRabbitOptions(rabbit, parseTransportUrl(`${scheme}://u:s3cret@broker/${query}`));

describe('the query of a transport URL', () => {
  it.each<[query: string, topology: object]>([
    ['amqp_durable_queues=true', { durable: true }],
    ['amqp_auto_delete=1', { autoDelete: true }],
    ['rabbit_ha_queues=YES', { haQueues: true }],
    ['rabbit_quorum_queue=on', { quorum: true }],
    ['rabbit_quorum_delivery_limit=4', { quorumDeliveryLimit: 4 }],
    ['rabbit_quorum_max_memory_length=5', { quorumMaxMemoryLength: 5 }],
    ['rabbit_quroum_max_memory_length=5', { quorumMaxMemoryLength: 5 }],
    ['rabbit_quorum_max_memory_bytes=6', { quorumMaxMemoryBytes: 6 }],
    ['rabbit_quroum_max_memory_bytes=6', { quorumMaxMemoryBytes: 6 }],
    ['rabbit_transient_queues_ttl=30', { transientTtlMs: 30_000 }],
    ['rabbit_transient_queues_ttl=0', { transientTtlMs: 0 }],
    ['rabbit_transient_quorum_queue=true', { transientQuorum: true }],
    [
      'rabbit_transient_quorum_queue=true&rabbit_stream_fanout=true&rabbit_qos_prefetch_count=10',
      { transientQuorum: true, streamFanout: true },
    ],
    ['enable_cancel_on_failover=true', { cancelOnFailover: true }],
    [
      'use_queue_manager=true&hostname=node1&processname=nova-api',
      { queueNames: { host: 'node1', process: 'nova-api' } },
    ],
  ])('says how to declare: %s', (query, topology) => {
    expect(resolve(`?${query}`).topology).toMatchObject(topology);
  });

  it.each<[query: string, connection: object]>([
    ['heartbeat_timeout_threshold=30', { heartbeatMs: 30_000 }],
    ['rabbit_retry_interval=2', { retryInitialMs: 2_000 }],
    ['rabbit_interval_max=10', { retryMaxMs: 10_000 }],
    ['rabbit_login_method=amqplain', { loginMethod: 'AMQPLAIN' }],
    ['kombu_failover_strategy=shuffle', { failover: 'shuffle' }],
    ['ssl=true', { tls: {} }],
    ['ssl=0', { tls: undefined }],
    [
      'ssl=1&ssl_ca_file=%2Fca.pem&ssl_cert_file=/c.pem&ssl_key_file=/k.pem&ssl_version=TLSv1_2',
      { tls: { caFile: '/ca.pem', certFile: '/c.pem', keyFile: '/k.pem' } },
    ],
  ])('says how to connect: %s', (query, connection) => {
    expect(resolve(`?${query}`).connection).toMatchObject(connection);
  });

  it('overrules the options, one by one', () => {
    const rabbit = {
      heartbeatMs: 5_000,
      retryMaxMs: 1_000,
      tls: { caFile: '/ours.pem', serverName: 'broker' },
      topology: { durable: true, transientTtlMs: 1_000 },
    };
    const query =
      '?heartbeat_timeout_threshold=30&ssl_ca_file=/theirs.pem&amqp_durable_queues=false';
    expect(resolve(query, rabbit)).toMatchObject({
      connection: {
        heartbeatMs: 30_000,
        retryMaxMs: 1_000,
        tls: { caFile: '/theirs.pem', serverName: 'broker' },
      },
      topology: { durable: false, transientTtlMs: 1_000 },
    });
    expect(resolve('?ssl=false', rabbit).connection.tls).toBeUndefined();
    expect(resolve('?rabbit_quorum_delivery_limit=3', { topology: 'rabbitmq4' })).toMatchObject({
      topology: { quorum: true, transientQuorum: true, quorumDeliveryLimit: 3 },
    });
  });

  it.each([
    'ssl_enforce_hostname_verification=true',
    'ssl_enforce_fips_mode=true',
    'direct_mandatory_flag=true',
    'heartbeat_in_pthread=false',
    'heartbeat_rate=3',
    'kombu_reconnect_delay=1.5',
    'kombu_missing_consumer_retry_timeout=60',
    'rabbit_retry_backoff=2',
    'rpc_conn_pool_size=30',
  ])('may say what changes nothing here: %s', (query) => {
    expect(resolve(`?${query}`)).toEqual(resolve(''));
  });

  it.each([
    [
      'rabbit_quorum_queu=true',
      "unknown query parameter 'rabbit_quorum_queu' (did you mean 'rabbit_quorum_queue'?)",
    ],
    ['colour=s3cret', "unknown query parameter 'colour'"],
    ['s3cret-word&ssl=1', 'unknown query parameter 1'],
    ['__proto__=1', "unknown query parameter '__proto__'"],
    ['ssl=s3cret', "query parameter 'ssl' must be true or false"],
    ['rabbit_quorum_delivery_limit=-1', "'rabbit_quorum_delivery_limit' must be a whole number"],
    ['rabbit_quorum_delivery_limit=1e3', "'rabbit_quorum_delivery_limit' must be a whole number"],
    [
      'heartbeat_timeout_threshold=0',
      "'heartbeat_timeout_threshold' must be a number of seconds, at least 1",
    ],
    [
      'rabbit_login_method=RABBIT-CR-DEMO',
      "'rabbit_login_method' must be one of PLAIN, AMQPLAIN, EXTERNAL",
    ],
    ['ssl=1&ssl_version=TLSv1', "'ssl_version' must be one of SSLv23, TLSv1_2"],
    ['ssl_ca_file=', "'ssl_ca_file' must not be empty"],
    ['ssl_ca_file=/ca.pem', 'the ssl_ options need ssl=true'],
    ['ssl_enforce_hostname_verification=false', 'must be true: the host name is always verified'],
    ['direct_mandatory_flag=false', 'must be true'],
    ['kombu_compression=gzip', 'is not taken from the URL: set compression in the options'],
    ['use_queue_manager=true', 'use_queue_manager needs hostname and processname'],
  ])('is refused where it says what can’t be: %s', (query, text) => {
    const reading = (): unknown => resolve(`?${query}`);
    expect(reading).toThrow(InvalidTransportURL);
    expect(reading).toThrow(text);
    expect(reading).not.toThrow(/s3cret/);
  });

  it('may not contradict the scheme', () => {
    expect(() => resolve('?ssl=false', {}, 'amqps')).toThrow('contradict');
    expect(resolve('?ssl_ca_file=/ca.pem', {}, 'amqps').connection.tls).toEqual({
      caFile: '/ca.pem',
    });
  });
});

describe('[rabbit] options', () => {
  it('count as absent when they are undefined', () => {
    const rabbit = { heartbeatMs: undefined, topology: { durable: undefined } };
    // What plain JavaScript may pass, whatever the types say.
    expect(resolve('', rabbit as unknown as RabbitOptions)).toEqual(resolve(''));
  });

  it.each<[rabbit: object, text: string]>([
    [{ hartbeatMs: 1000 }, "hartbeatMs: unknown option (did you mean 'heartbeatMs'?)"],
    [{ heartbeatMs: 10 }, 'heartbeatMs'],
    [{ topology: 'rabbitmq3' }, 'topology: must be options or the word rabbitmq4'],
    [{ topology: { durabel: true } }, "topology.durabel: unknown option (did you mean 'durable'?)"],
    [{ tls: { dangerouslyAcceptAnyServer: 'yes' } }, 'tls.dangerouslyAcceptAnyServer'],
    [{ loginMethod: 'PLAN' }, 'loginMethod'],
  ])('are checked for clients too: %j', (rabbit, text) => {
    const making = (): unknown => Transport.of('rabbit://broker/', { rabbit });
    expect(making).toThrow(InvalidOptionError);
    expect(making).toThrow(text);
  });

  it.each<[url: string, rabbit: RabbitOptions, warns: boolean]>([
    ['rabbit://10.1.2.3/', {}, true],
    ['rabbit://localhost,broker.example/', {}, true],
    ['rabbit://localhost,127.0.0.1,[::1]/', {}, false],
    ['amqps://broker.example/', {}, false],
    ['rabbit://broker.example/', { tls: {} }, false],
    ['rabbit://broker.example/?ssl=true', {}, false],
    ['rabbit://broker.example/', { allowPlaintext: true }, false],
  ])('[allowPlaintext] %s with %j: a warning is %s', (url, rabbit, warns) => {
    const log = new RecordedLog();
    Transport.of(url, { rabbit, log });
    expect(log.lines.map(({ level }) => level)).toEqual(warns ? ['warn'] : []);
  });
});
