import { describe, expect, test } from 'vitest';
import { CallContext, type CallContextOptions } from '../../src/dispatcher/context.ts';
import { CallCancelled } from '../../src/errors.ts';
import { RunningCall } from '../../src/executors/running-call.ts';

const context = (options: Partial<CallContextOptions> = {}): CallContext =>
  new CallContext({
    values: {},
    method: 'resize',
    namespace: undefined,
    version: '1.0',
    msgId: 'id-1',
    cancellation: new RunningCall(),
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
    expect(() => ctx.throwIfAborted()).toThrow(
      'call of resize was cancelled: its deadline has passed',
    );
  });

  test('a cancelled call throws why, with the method and the id', () => {
    const cancellation = new RunningCall();
    const ctx = context({ cancellation });
    expect(ctx.signal.aborted).toBe(false);
    cancellation.cancel('caller-gone');
    cancellation.cancel('draining');
    expect(ctx.aborted).toBe(true);
    const why = {
      code: 'ERR_GREENROOM_CALL_CANCELLED',
      reason: 'caller-gone',
      method: 'resize',
      message: 'call of resize was cancelled: its caller is gone',
    };
    expect(() => ctx.throwIfAborted()).toThrow(expect.objectContaining({ ...why, msgId: 'id-1' }));
    expect(() => ctx.throwIfAborted()).toThrow(CallCancelled);
    expect(ctx.signal.aborted).toBe(true);
    expect(ctx.signal.reason).toBeInstanceOf(CallCancelled);
    expect(ctx.signal.reason).toMatchObject({ reason: 'caller-gone' });
  });

  test('a signal that is first looked at when the call has been cancelled has aborted', () => {
    const cancellation = new RunningCall(() => 'deadline');
    cancellation.begin('resize');
    expect(context({ cancellation }).signal.reason).toMatchObject({ reason: 'deadline' });
  });

  test('a loop that lets nothing in sees the flag that another thread raises', () => {
    let flag: 'draining' | undefined;
    const ctx = context({ cancellation: new RunningCall(() => flag) });
    expect(ctx.aborted).toBe(false);
    flag = 'draining';
    expect(ctx.aborted).toBe(true);
    expect(() => ctx.throwIfAborted()).toThrow('the server is stopping');
  });
});
