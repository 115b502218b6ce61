import { credentials } from 'amqplib';
import type { TransportHost } from '../transport-url.ts';

/** The ways to log in that there are. */
export const loginMethods = ['PLAIN', 'AMQPLAIN', 'EXTERNAL'] as const;

/**
 * How we tell the broker who we are (`rabbit_login_method`): `PLAIN` and `AMQPLAIN` send user and
 * password of the URL, `EXTERNAL` neither: the broker takes the user from our TLS certificate.
 */
export type LoginMethod = (typeof loginMethods)[number];

/** What amqplib takes as `credentials`. */
export interface Credentials {
  readonly mechanism: string;
  readonly response: () => Buffer;
}

/** Makes the {@link Credentials} for a host. */
export function credentialsFor(method: LoginMethod, host: TransportHost): Credentials {
  switch (method) {
    case 'PLAIN':
      return credentials.plain(host.username, host.password);
    case 'AMQPLAIN':
      return credentials.amqplain(host.username, host.password);
    case 'EXTERNAL':
      return credentials.external();
    default:
      return method satisfies never;
  }
}
