// The settings that make a RabbitMQ private: nothing of the machine's own broker is read, nothing
// outside one folder is written, and nothing listens beyond the address it was given.
import path from 'node:path';

/** The file by whose content nodes and their tools trust each other. */
export const cookie = '.erlang.cookie';

/**
 * What a node is called that listens there. One with an address in it is of those that Erlang calls long.
 *
 * @param {string} address
 * @param {number} port
 * @returns {string}
 */
export function nodeNameOf(address, port) {
  return `greenroom-${port}@${address === '127.0.0.1' ? 'localhost' : address}`;
}

/**
 * The files a private broker starts with, by name.
 *
 * @param {import('./rabbitmq.mjs').PrivateBrokerOptions} options
 * @param {number} tlsPort
 * @param {string[]} nodes Those of the cluster that it forms when it starts first, itself among them.
 * @returns {Record<string, string>}
 */
export function brokerFiles(
  { config = [], advancedConfig = '[].', plugins = [], tls },
  tlsPort,
  nodes,
) {
  const lines = [...config, ...(tls ? tlsLines(tls, tlsPort) : []), ...clusterLines(nodes), ''];
  return {
    'console.log': '',
    'rabbitmq.conf': lines.join('\n'),
    'advanced.config': `${advancedConfig}\n`,
    enabled_plugins: `[${plugins.join(',')}].\n`,
    'rabbitmq-env.conf': '',
  };
}

/**
 * @param {import('./rabbitmq.mjs').PrivateBrokerTls} tls
 * @param {number} port
 */
function tlsLines({ caFile, certFile, keyFile, requireClientCertificate = false }, port) {
  return [
    `listeners.ssl.1 = 127.0.0.1:${port}`,
    `ssl_options.cacertfile = ${caFile}`,
    `ssl_options.certfile = ${certFile}`,
    `ssl_options.keyfile = ${keyFile}`,
    `ssl_options.verify = ${requireClientCertificate ? 'verify_peer' : 'verify_none'}`,
    `ssl_options.fail_if_no_peer_cert = ${requireClientCertificate}`,
  ];
}

/** @param {string[]} nodes */
function clusterLines(nodes) {
  if (nodes.length === 0) return [];
  const setting = 'cluster_formation.classic_config.nodes';
  return [
    'cluster_formation.peer_discovery_backend = classic_config',
    ...nodes.map((node, index) => `${setting}.${index + 1} = ${node}`),
  ];
}

/**
 * The environment of the broker, its epmd and its `rabbitmqctl`.
 *
 * @param {string} folder
 * @param {{ address: string, nodeName: string, port: number, distributionPort: number, epmdPort: number }} place
 * @param {string} [dataFolder]
 * @returns {NodeJS.ProcessEnv}
 */
export function brokerEnvironment(
  folder,
  { address, nodeName, port, distributionPort, epmdPort },
  dataFolder = path.join(folder, 'data'),
) {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(RABBITMQ|ERL|NODE)_|^NOTIFY_SOCKET$/.test(name),
  );
  const erlang = `-kernel inet_dist_use_interface {${address.replaceAll('.', ',')}} -start_epmd false`;
  return {
    ...Object.fromEntries(inherited),
    HOME: folder,
    ERL_EPMD_ADDRESS: address,
    ERL_EPMD_PORT: String(epmdPort),
    ERL_CRASH_DUMP: path.join(folder, 'erl_crash.dump'),
    RABBITMQ_NODENAME: nodeName,
    RABBITMQ_USE_LONGNAME: String(nodeName.includes('.')),
    RABBITMQ_NODE_IP_ADDRESS: address,
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_CONF_ENV_FILE: path.join(folder, 'rabbitmq-env.conf'),
    RABBITMQ_CONFIG_FILE: path.join(folder, 'rabbitmq.conf'),
    RABBITMQ_CONFIG_FILES: path.join(folder, 'conf.d'),
    RABBITMQ_ADVANCED_CONFIG_FILE: path.join(folder, 'advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: path.join(folder, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: dataFolder,
    RABBITMQ_LOG_BASE: path.join(folder, 'log'),
    RABBITMQ_LOGS: '-',
    // The script then `exec`s Erlang instead of waiting for it, so the pid we have is the broker's.
    RABBITMQ_ALLOW_INPUT: '1',
    // Without busy waiting an idle broker leaves the machine's few cores to the tests.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-noinput +B i +sbwt none +sbwtdcpu none +sbwtdio none ${erlang}`,
    RABBITMQ_CTL_ERL_ARGS: erlang,
  };
}
