import { HostCrashed } from '../../errors.ts';
import { shortened } from '../../log.ts';

/** How a child process came to its end. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last that it wrote to its standard error. */
  readonly stderr: string;
  /** What was thrown in it that nobody caught, if it said so. */
  readonly uncaught: { readonly message: string; readonly stack: string | undefined } | undefined;
}

/** What V8 and Node write before they abort. */
const fatalLine = /^(?:FATAL ERROR|# Fatal|.*Assertion\b).*$/m;
const outOfMemory = /out of memory|\bOOM\b|invalid size/;
/** With these V8 and Node abort a process themselves, by platform and by reason. */
const abortSignals: readonly (string | null)[] = ['SIGABRT', 'SIGTRAP', 'SIGILL'];

/** Says how a host died, from what its process left behind. */
export function processCrashOf({ code, signal, stderr, uncaught }: ProcessEnd): HostCrashed {
  if (uncaught !== undefined && signal === null) {
    const cause = new Error(uncaught.message);
    if (uncaught.stack !== undefined) cause.stack = uncaught.stack;
    return new HostCrashed(`the host crashed: ${uncaught.message}`, 'uncaught', { cause });
  }
  if (signal === null) return new HostCrashed(`the host exited with code ${code}`, 'exit');
  const fatal = abortSignals.includes(signal) ? fatalLine.exec(stderr)?.[0] : undefined;
  const why = fatal === undefined ? '' : `: ${shortened(fatal)}`;
  if (fatal !== undefined && outOfMemory.test(fatal)) {
    return new HostCrashed(`the host ran out of memory${why}`, 'out-of-memory');
  }
  const hint = signal === 'SIGKILL' ? ', by the system perhaps, if memory was short' : '';
  return new HostCrashed(`the host was killed by ${signal}${hint}${why}`, 'signal');
}
