import { describe, expect, it } from 'vitest';
import { makeLog } from '../../src/cli/logging.ts';
import { Output } from '../../src/cli/output.ts';
import { Captured } from './in-process.ts';

describe('makeLog', () => {
  it('writes lines of JSON where nobody watches, of the level or above', () => {
    const stderr = new Captured();
    const log = makeLog('warn', outputTo(stderr));
    log.info({}, 'connected');
    log.warn({ attempt: 1 }, 'trying again');
    expect(JSON.parse(stderr.text)).toEqual({
      level: 40,
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      pid: process.pid,
      attempt: 1,
      msg: 'trying again',
    });
  });

  it('writes for people on a terminal, a stack on lines of its own and harmless', () => {
    const stderr = Object.assign(new Captured(), { isTTY: true });
    const log = makeLog('info', outputTo(stderr));
    log.error({ method: 'fail', stack: 'Error: \u001b[31mno\n    at f (x.js:1:1)\n' }, 'it failed');
    expect(stderr.text).toMatch(
      /^\[[\d:.]+\] ERROR: it failed \{"method":"fail"\}\nError: no\n {4}at f \(x\.js:1:1\)\n$/,
    );
  });

  it('keeps a passing line below', () => {
    const stderr = Object.assign(new Captured(), { isTTY: true });
    const output = outputTo(stderr);
    output.passing('waiting');
    makeLog('info', output).info({}, 'hello');
    expect(stderr.text).toMatch(/^waiting\r.\[K\[[\d:.]+\] INFO: hello\nwaiting$/);
  });
});

function outputTo(stderr: Captured & { readonly isTTY?: boolean }): Output {
  return new Output({ stdout: new Captured(), stderr, isInteractive: stderr.isTTY === true });
}
