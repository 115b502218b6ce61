import { InvalidOptionError, InvalidTransportURL } from '../../errors.ts';
import { checkOptions } from '../../options.ts';
import type { TransportUrl } from '../transport-url.ts';
import {
  defaultRabbitOptions,
  type RabbitOptions,
  type ResolvedRabbitOptions,
} from './rabbit-options.ts';
import { rabbitSchema } from './rabbit-schema.ts';
import type { TlsOptions } from './tls-options.ts';
import { type ResolvedTopologyOptions, resolveTopologyOptions } from './topology-options.ts';
import { expandPreset } from './topology-presets.ts';
import { readUrlOptions } from './url-options.ts';
import { withDefaults } from './with-defaults.ts';

/**
 * Checks the options, lets the URL's query overrule them, and fills in the defaults.
 *
 * @throws {@link InvalidOptionError} and {@link InvalidTransportURL}, saying what is wrong where.
 */
export function resolveRabbitOptions(
  raw: RabbitOptions,
  url: TransportUrl,
): { readonly connection: ResolvedRabbitOptions; readonly topology: ResolvedTopologyOptions } {
  checkOptions(rabbitSchema, raw, 'rabbit options');
  const fromUrl = readUrlOptions(url.query);
  const tls = chooseTls(raw.tls, fromUrl, url);
  const connection: ResolvedRabbitOptions = {
    ...withDefaults(defaultRabbitOptions, withoutNested(raw)),
    ...fromUrl.connection,
    outbound: withDefaults(defaultRabbitOptions.outbound, raw.outbound ?? {}),
    tls,
  };
  if (connection.loginMethod === 'EXTERNAL' && tls?.certFile === undefined) {
    throw new InvalidOptionError(
      'rabbit.loginMethod EXTERNAL is a login by certificate: set rabbit.tls.certFile',
    );
  }
  const topology = { ...expandPreset(raw.topology), ...fromUrl.topology };
  return { connection, topology: resolveTopologyOptions(topology) };
}

function withoutNested({ tls: _tls, topology: _topology, ...rest }: RabbitOptions) {
  return rest;
}

function chooseTls(
  raw: TlsOptions | undefined,
  { ssl, tls }: ReturnType<typeof readUrlOptions>,
  url: TransportUrl,
): TlsOptions | undefined {
  if (ssl === false && url.tls) {
    throw new InvalidTransportURL('transport URL: amqps:// and ssl=false contradict each other');
  }
  if (ssl ?? (url.tls || raw !== undefined)) return { ...raw, ...tls };
  if (ssl === undefined && Object.keys(tls).length > 0) {
    // Ignored, as oslo.messaging does, they would pass for a protection that is not there.
    throw new InvalidTransportURL('transport URL: the ssl_ options need ssl=true');
  }
  return undefined;
}
