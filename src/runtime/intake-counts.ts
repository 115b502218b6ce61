import type { CancelReason } from '../cancel-reason.ts';

/** What became of requests, in numbers. */
export interface OutcomeCounts {
  /** Answered, or run to the end if nobody wanted an answer. */
  readonly finished: number;
  /** Lost with their host, or given up because they did not end when they were to. */
  readonly abandoned: number;
  /** Asked to stop before they had ended, by the reason; whether or not they then ended by themselves. */
  readonly cancelled: Readonly<Record<CancelReason, number>>;
}

/** What became of the messages, in numbers. */
export interface IntakeCounts extends OutcomeCounts {
  /** Given back to the queue: not begun here, or not done. */
  readonly returned: number;
}

/** The counts of a server that has served nothing. */
export const noCounts: IntakeCounts = {
  finished: 0,
  returned: 0,
  abandoned: 0,
  cancelled: { deadline: 0, 'caller-gone': 0, cancelled: 0, draining: 0 },
};

/** What was counted between two moments. */
export function countsSince(before: IntakeCounts, now: IntakeCounts): IntakeCounts {
  return combined(now, before, (count, earlier) => count - earlier);
}

/** What was counted in two places. */
export function addCounts(one: IntakeCounts, other: IntakeCounts): IntakeCounts {
  return combined(one, other, (count, more) => count + more);
}

function combined(
  one: IntakeCounts,
  other: IntakeCounts,
  combine: (one: number, other: number) => number,
): IntakeCounts {
  const cancelled = (reason: CancelReason): number =>
    combine(one.cancelled[reason], other.cancelled[reason]);
  return {
    finished: combine(one.finished, other.finished),
    returned: combine(one.returned, other.returned),
    abandoned: combine(one.abandoned, other.abandoned),
    cancelled: {
      deadline: cancelled('deadline'),
      'caller-gone': cancelled('caller-gone'),
      cancelled: cancelled('cancelled'),
      draining: cancelled('draining'),
    },
  };
}
