import type { Casualty } from '../executors/endpoints/casualty.ts';
import type { HostsExecutorName } from './hosts-server.ts';

/** A call of {@link Casualty} that ends badly, and the error that its caller is to get. */
export interface WayToDie {
  readonly what: string;
  readonly method: keyof Casualty & string;
  readonly args?: Readonly<Record<string, unknown>>;
  /** How long the caller waits, for what never ends; in milliseconds. */
  readonly timeoutMs?: number;
  readonly error: object;
  /** What becomes of the host. */
  readonly host: 'crashes' | 'is killed' | 'lives';
}

const crashed = (kind: string): Pick<WayToDie, 'error' | 'host'> => ({
  error: { remoteClass: 'HostCrashed', remoteModule: 'greenroom', remoteKwargs: { kind } },
  host: 'crashes',
});
const failed = (remoteClass: string): Pick<WayToDie, 'error' | 'host'> => ({
  error: { remoteClass, remoteModule: 'builtins' },
  host: 'lives',
});
const timedOut = {
  timeoutMs: 3_000,
  error: { code: 'ERR_GREENROOM_TIMEOUT' },
  host: 'is killed',
} as const;

/** What a thread survives, or dies of alone; `maxHeapMb` is to be some 64. */
const inThread: readonly WayToDie[] = [
  {
    what: 'a heap full of arrays',
    method: 'fillHeap',
    args: { shape: 'arrays' },
    ...crashed('out-of-memory'),
  },
  { what: 'process.exit', method: 'exit', args: { code: 3 }, ...crashed('exit') },
  { what: 'an uncaught error', method: 'throwUncaught', ...crashed('uncaught') },
  { what: 'an uncaught null', method: 'throwNull', ...crashed('uncaught') },
  { what: 'an unhandled rejection', method: 'rejectUnhandled', ...crashed('uncaught') },
  { what: 'a result that has no JSON', method: 'unclonable', ...failed('TypeError') },
  { what: 'a stack that overflows', method: 'overflow', ...failed('ValueError') },
  { what: 'an endless loop', method: 'spin', ...timedOut },
  { what: 'a regular expression', method: 'matchForEver', ...timedOut },
  { what: 'Atomics.wait', method: 'waitForEver', ...timedOut },
];

/** What takes a whole process with it, or leaves a thread behind; `maxRssMb` is to be some 300. */
const inProcess: readonly WayToDie[] = [
  ...inThread,
  { what: 'pbkdf2Sync', method: 'hashForEver', ...timedOut },
  { what: 'execSync', method: 'execForEver', ...timedOut },
  {
    what: 'a heap full of strings',
    method: 'fillHeap',
    args: { shape: 'strings' },
    ...crashed('out-of-memory'),
  },
  {
    what: 'a heap full of one map',
    method: 'fillHeap',
    args: { shape: 'map' },
    ...crashed('out-of-memory'),
  },
  {
    what: 'a heap full of one object',
    method: 'fillHeap',
    args: { shape: 'keys' },
    ...crashed('out-of-memory'),
  },
  { what: 'JSON.parse', method: 'parseMuch', ...crashed('out-of-memory') },
  { what: 'buffers', method: 'fillBuffers', ...crashed('out-of-memory') },
  { what: 'SIGSEGV', method: 'signal', args: { signal: 'SIGSEGV' }, ...crashed('signal') },
  { what: 'process.abort', method: 'abort', ...crashed('signal') },
];

/** All that hosts of an executor are to survive the death of. */
export const waysToDie: Readonly<Record<HostsExecutorName, readonly WayToDie[]>> = {
  pool: inThread,
  process: inProcess,
};
