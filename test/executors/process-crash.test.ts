import { describe, expect, it } from 'vitest';
import { type ProcessEnd, processCrashOf } from '../../src/executors/processes/process-crash.ts';

const end: ProcessEnd = { code: null, signal: null, stderr: '', uncaught: undefined };

describe('processCrashOf', () => {
  it.each([
    [
      'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
      'SIGABRT',
    ],
    [
      'FATAL ERROR: CALL_AND_RETRY_LAST Allocation failed - JavaScript heap out of memory',
      'SIGABRT',
    ],
    ['# Fatal JavaScript invalid size error 200000001', 'SIGTRAP'],
    ['# Fatal process out of memory: Zone', 'SIGTRAP'],
    ['FATAL ERROR: NewSpace::Rebalance Allocation failed - process out of memory', 'SIGILL'],
  ] as const)('knows by "%s" that memory ran out', (line, signal) => {
    const stderr = `\n<--- Last few GCs --->\n\n${line}\n----- Native stack trace -----\n`;
    expect(processCrashOf({ ...end, signal, stderr })).toMatchObject({
      kind: 'out-of-memory',
      message: `the host ran out of memory: ${line}`,
    });
  });

  it('tells what an addon or Node found wrong before it aborted', () => {
    const line = 'node: ../addon.cc:12: void f(): Assertion `x != nullptr` failed.';
    expect(processCrashOf({ ...end, signal: 'SIGABRT', stderr: `${line}\n` })).toMatchObject({
      kind: 'signal',
      message: `the host was killed by SIGABRT: ${line}`,
    });
  });

  it('does not believe what was printed when the process was killed from outside', () => {
    const stderr = 'FATAL ERROR: out of memory\n';
    expect(processCrashOf({ ...end, signal: 'SIGTERM', stderr })).toMatchObject({
      kind: 'signal',
      message: 'the host was killed by SIGTERM',
    });
  });

  it('has what was thrown for its cause, with the stack that it had', () => {
    const uncaught = { message: 'thrown', stack: 'Error: thrown\n    at somewhere' };
    const crash = processCrashOf({ ...end, code: 1, uncaught });
    expect(crash).toMatchObject({ kind: 'uncaught', cause: uncaught });
  });

  it('escapes what would break or steer a line of the log', () => {
    const stderr = 'FATAL ERROR: \u001b[2J out of memory\n';
    const { message } = processCrashOf({ ...end, signal: 'SIGABRT', stderr });
    expect(message).not.toContain('\u001b');
  });
});
