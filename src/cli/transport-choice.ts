import type { RuntimeOptions, Transport } from '../index.ts';

/** Where a broker is that was installed and left as it is. */
export const defaultTransportUrl = 'rabbit://guest:guest@127.0.0.1:5672/';

/** Takes the nearest URL: that of `--url`, then that of the environment. */
export function chooseTransportUrl(
  option: string | undefined,
  environment: string | undefined,
): string | undefined {
  return option ?? environment;
}

/** The URL that was chosen, else the transport of the config, else the default URL. */
export function chooseTransport(
  url: string | undefined,
  { transport }: RuntimeOptions,
): string | Transport {
  return url ?? transport ?? defaultTransportUrl;
}
