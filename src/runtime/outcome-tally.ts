import type { CancelReason } from '../cancel-reason.ts';
import type { OutcomeCounts } from './intake-counts.ts';

/** Counts what becomes of messages. */
export class OutcomeTally {
  /** See {@link OutcomeCounts.finished}. */
  finished = 0;
  /** See {@link OutcomeCounts.abandoned}. */
  abandoned = 0;
  readonly #cancelled: Record<CancelReason, number> = {
    deadline: 0,
    'caller-gone': 0,
    cancelled: 0,
    draining: 0,
  };

  get counts(): OutcomeCounts {
    const { finished, abandoned } = this;
    return { finished, abandoned, cancelled: { ...this.#cancelled } };
  }

  cancelled(reason: CancelReason, count = 1): void {
    this.#cancelled[reason] += count;
  }
}
