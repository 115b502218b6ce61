import type { EndpointTarget } from './endpoint.ts';
import { expose } from './expose.ts';

/**
 * Answers `pong`, so that an operator can see that a server is there and not stuck.
 *
 * In the null namespace, version 1.0; any arguments will do. Source: oslo-wire.md 7.
 */
export class PingEndpoint {
  static readonly target: EndpointTarget = { version: '1.0' };
  static {
    expose(PingEndpoint, 'oslo_rpc_server_ping');
  }

  oslo_rpc_server_ping(): string {
    return 'pong';
  }
}

/** The name under which {@link PingEndpoint} is called; the wire's, not ours. */
export const pingMethod: keyof PingEndpoint = 'oslo_rpc_server_ping';
