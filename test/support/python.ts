import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { Peer } from './peer.ts';

/** The Python that has oslo.messaging: Debian's, unless the environment names another. */
export const python: string = process.env['GREENROOM_TEST_PYTHON'] ?? '/usr/bin/python3';

/** Why the interop tests can't run; undefined when Python and oslo.messaging are there. */
export const pythonReason: string | undefined = findReason();

/** A `describe` that needs oslo.messaging; reported as skipped, with the reason, without it. */
export function describeWithPython(name: string, suite: () => void): void {
  describe.skipIf(pythonReason)(pythonReason ? `${name} (skipped: ${pythonReason})` : name, suite);
}

/**
 * Starts a script of `test/interop/peers` and waits until it is ready.
 *
 * @param settings - Its first argument, as JSON.
 */
export function startPythonPeer(script: string, settings: object): Promise<Peer> {
  const file = fileURLToPath(new URL(`../interop/peers/${script}`, import.meta.url));
  const args = ['-u', '-W', 'ignore', file, JSON.stringify(settings)];
  return Peer.start(python, args, { PYTHONDONTWRITEBYTECODE: '1' });
}

function findReason(): string | undefined {
  const look = 'import importlib.util as u, sys; sys.exit(u.find_spec("oslo_messaging") is None)';
  const { error, status } = spawnSync(python, ['-c', look], { stdio: 'ignore' });
  if (error) return `no ${python}`;
  return status === 0 ? undefined : `no oslo.messaging for ${python}`;
}
