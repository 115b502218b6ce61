import { chooseTransportUrl, defaultTransportUrl } from './transport-choice.ts';
import { UsageError } from './usage-error.ts';

/**
 * The URL of a broker that can be reached from here: that of `--url`, of the environment, or the default.
 *
 * @throws {@link UsageError} for `memory://`.
 */
export function reachableUrl(option: string | undefined, environment: string | undefined): string {
  const url = chooseTransportUrl(option, environment) ?? defaultTransportUrl;
  if (!/^memory:/i.test(url)) return url;
  throw new UsageError(
    'memory:// lives inside one process, so nothing there can be reached from here',
  );
}
