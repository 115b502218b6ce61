import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pace } from '../../src/executors/hosts/pace.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** The pace of a host whose calls take so long. */
function paceOf(callMs: number): Pace {
  const pace = new Pace();
  pace.begins();
  pace.ended(10, 10 * callMs);
  return pace;
}

describe('Pace', () => {
  it('knows nothing of a host that has ended nothing', () => {
    const pace = new Pace();
    pace.begins();
    expect(pace.isPromptWith(0)).toBe(false);
    expect(pace.isPromptWith(1)).toBe(false);
  });

  it('goes by how long the host was busy with a call', () => {
    const pace = paceOf(0.1);
    expect(pace.isPromptWith(39)).toBe(true);
    expect(pace.isPromptWith(41)).toBe(false);
    expect(paceOf(0.3).isPromptWith(1), 'calls that are not short').toBe(false);
  });

  it('follows calls that take longer, or less', () => {
    const pace = paceOf(0.1);
    for (let call = 0; call < 16; call++) pace.ended(1, 4);
    expect(pace.isPromptWith(1)).toBe(false);
    for (let call = 0; call < 160; call++) pace.ended(1, 0.1);
    expect(pace.isPromptWith(20)).toBe(true);
  });

  it('takes a host that says nothing for one that is not prompt', () => {
    const pace = paceOf(0.1);
    vi.advanceTimersByTime(5);
    expect(pace.isPromptWith(0), 'one that has nothing to say').toBe(true);
    expect(pace.isPromptWith(1)).toBe(false);
    pace.begins();
    expect(pace.isPromptWith(1)).toBe(true);
  });
});
