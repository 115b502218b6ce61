import { describe, expect, it } from 'vitest';
import { ExecutorLoadFailure } from '../../src/errors.ts';
import { RestartBudget } from '../../src/executors/restart-budget.ts';

describe('RestartBudget', () => {
  it('allows 20 restarts within a minute, and no more', () => {
    const budget = new RestartBudget();
    for (let i = 0; i < 20; i++) budget.spend(i * 1_000);
    expect(() => budget.spend(59_999)).toThrow(ExecutorLoadFailure);
    expect(() => budget.spend(59_999)).toThrow('20 hosts died within 60 s');
  });

  it('forgets a restart after a minute', () => {
    const budget = new RestartBudget();
    for (let i = 0; i < 20; i++) budget.spend(i * 1_000);
    budget.spend(60_000);
    expect(() => budget.spend(60_001)).toThrow(ExecutorLoadFailure);
    budget.spend(61_000);
  });
});
