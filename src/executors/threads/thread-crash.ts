import { HostCrashed } from '../../errors.ts';

/**
 * Says how a host died, from the error that Piscina rejects its task with: Node's own code for a
 * heap that ran out, Piscina's text for an exit, else what the thread threw.
 */
export function crashOf(error: unknown): HostCrashed {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const text = error instanceof Error ? error.message : String(error);
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new HostCrashed('the host ran out of memory', 'out-of-memory', { cause: error });
  }
  if (/worker exited with code/i.test(text)) {
    return new HostCrashed(`the host exited: ${text}`, 'exit', { cause: error });
  }
  return new HostCrashed(`the host crashed: ${text}`, 'uncaught', { cause: error });
}
