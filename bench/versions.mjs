import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import { python } from './subjects.mjs';

/**
 * The versions of all that is measured.
 *
 * @param {object} which
 * @param {string} which.rabbitmq
 * @param {readonly string[]} which.peers What `--peers` calls them.
 * @param {Readonly<Record<string, string>>} which.missing
 * @returns {Record<string, string>}
 */
export function describeVersions({ rabbitmq, peers, missing }) {
  const versions = {
    node: process.versions.node,
    greenroom: packageVersion('../package.json'),
    rabbitmq,
    amqplib: packageVersion('amqplib/package.json'),
  };
  if (peers.includes('piscina')) versions.piscina = packageVersion('piscina/package.json');
  if (missing.packages === undefined) {
    if (peers.includes('nest')) {
      versions['@nestjs/microservices'] = packageVersion('@nestjs/microservices/package.json');
    }
    if (peers.includes('moleculer')) versions.moleculer = packageVersion('moleculer/package.json');
  }
  const modules = ['oslo.messaging', 'eventlet'].filter((name) => !missing[name.replace('.', '_')]);
  if (peers.includes('python')) Object.assign(versions, pythonVersions(modules));
  return versions;
}

/** As the peers find it, not as their package.json asks for it. */
function packageVersion(specifier) {
  const peers = createRequire(new URL('peers/package.json', import.meta.url));
  const file = specifier.startsWith('.') ? new URL(specifier, import.meta.url) : undefined;
  return JSON.parse(readFileSync(file ?? resolved(peers, specifier), 'utf8')).version;
}

/** Some packages do not export their package.json, which is in their folder all the same. */
function resolved(peers, specifier) {
  for (const folder of peers.resolve.paths(specifier) ?? []) {
    try {
      readFileSync(`${folder}/${specifier}`);
      return `${folder}/${specifier}`;
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  throw new Error(`${specifier} is not installed`);
}

function pythonVersions(modules) {
  const script = [
    'import json, platform, sys',
    'from importlib.metadata import version',
    'versions = {name: version(name) for name in sys.argv[1:]}',
    'print(json.dumps({"python": platform.python_version(), **versions}))',
  ].join('\n');
  const { stdout, status } = spawnSync(python, ['-c', script, ...modules], { encoding: 'utf8' });
  return status === 0 ? JSON.parse(stdout) : {};
}
