import { readFileSync } from 'node:fs';

/** The version of this package. */
export function packageVersion(): string {
  // As far from src/cli as it is from dist/cli.
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}
