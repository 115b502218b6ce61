import { describe, expect, test } from 'vitest';
import { CallContext, type CallContextOptions } from '../../src/dispatcher/context.ts';
import { CallCancelled, ClosedError } from '../../src/errors.ts';

const context = (options: Partial<CallContextOptions> = {}): CallContext =>
  new CallContext({
    values: {},
    method: 'resize',
    namespace: undefined,
    version: '1.0',
    msgId: 'id-1',
    signal: new AbortController().signal,
    deadline: undefined,
    ...options,
  });

describe('CallContext', () => {
  test('without a deadline there is no time that remains, and nothing aborts it', () => {
    const ctx = context();
    expect(ctx.remainingMs).toBeUndefined();
    expect(ctx.aborted).toBe(false);
    expect(() => ctx.throwIfAborted()).not.toThrow();
  });

  test('the time that remains shrinks to nothing', () => {
    const remaining = context({ deadline: performance.now() + 60_000 }).remainingMs ?? 0;
    expect(remaining).toBeGreaterThan(50_000);
    expect(remaining).toBeLessThanOrEqual(60_000);
    expect(context({ deadline: performance.now() - 1 }).remainingMs).toBe(0);
  });

  test('a loop that lets no timer run sees its deadline pass', () => {
    const ctx = context({ deadline: performance.now() + 20 });
    let turns = 0;
    while (!ctx.aborted) turns += 1;
    expect(turns).toBeGreaterThan(0);
    expect(ctx.signal.aborted).toBe(false);
    expect(() => ctx.throwIfAborted()).toThrow('call of resize is past its deadline');
  });

  test('an aborted call throws why, with the method and the id', () => {
    const ctx = context({ signal: AbortSignal.abort('why') });
    expect(ctx.aborted).toBe(true);
    expect(() => ctx.throwIfAborted()).toThrow(
      expect.objectContaining({
        code: 'ERR_GREENROOM_CALL_CANCELLED',
        method: 'resize',
        msgId: 'id-1',
        cause: 'why',
      }),
    );
    expect(() => ctx.throwIfAborted()).toThrow(CallCancelled);
  });

  test('a reason that is one of our errors is thrown as it is', () => {
    const reason = new ClosedError('closed');
    expect(() => context({ signal: AbortSignal.abort(reason) }).throwIfAborted()).toThrow(reason);
  });
});
