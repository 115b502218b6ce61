import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { findRabbitmqServer } from './private-broker.ts';

/** The major version of the RabbitMQ that tests can start; 0 when there is none, or it does not say. */
export function brokerMajorVersion(): number {
  const server = findRabbitmqServer();
  if (server === undefined) return 0;
  const { stdout } = spawnSync(path.join(path.dirname(server), 'rabbitmqctl'), ['version'], {
    encoding: 'utf8',
  });
  return Number.parseInt(stdout, 10) || 0;
}
