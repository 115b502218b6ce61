import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { Interrupted } from '../../src/cli/interruption.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import {
  ClosedError,
  ExecutorLoadFailure,
  InvalidOptionError,
  InvalidTarget,
  InvalidTransportURL,
  MessageDeliveryFailure,
  MessageUndeliverable,
  MessagingTimeout,
  RemoteError,
  ServerListenError,
} from '../../src/index.ts';

const lost = new MessageDeliveryFailure('lost');
const failure = { class: 'E', module: 'm', message: '', args: [], kwargs: {}, traceback: [] };

describe('exitCodeOf', () => {
  it.each([
    [new UsageError('x'), 2],
    [new InvalidOptionError('x'), 2],
    [new InvalidTransportURL('x'), 2],
    [new InvalidTarget('x'), 2],
    [new RemoteError(failure), 3],
    [lost, 69],
    [new MessageUndeliverable('x'), 69],
    [new ClosedError('x', { cause: lost }), 69],
    [new MessagingTimeout('x'), 124],
    [new Interrupted('SIGINT'), 130],
    [new Interrupted('SIGTERM'), 143],
    [new ClosedError('x'), 1],
    [new ExecutorLoadFailure('x'), 1],
    [new ServerListenError('x'), 1],
    [new TypeError('x'), 1],
    ['x', 1],
  ])('of %s is %d', (error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });
});
