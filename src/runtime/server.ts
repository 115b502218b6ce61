import type { CancelReason } from '../cancel-reason.ts';
import type { Transport } from '../driver/transport.ts';
import type { DrainedMessages } from './drain-report.ts';
import type { IntakeCounts } from './intake-counts.ts';

/**
 * One kind of messages that a runtime takes, from the broker to the executor and back.
 *
 * Opened once and closed in steps, each of which does nothing for what was never opened.
 */
export interface Server {
  readonly counts: IntakeCounts;
  /** Which messages came to which end since it stopped taking. */
  readonly drained: DrainedMessages;
  /**
   * Declares, consumes, and begins to serve.
   *
   * @param onFailure - Called when serving can't go on.
   */
  open(
    transport: Transport,
    signal: AbortSignal,
    onFailure: (error: unknown) => void,
  ): Promise<void>;
  /** Takes nothing more, and gives back what has not begun. */
  stopTaking(): Promise<void>;
  /** Asks every method that runs to stop. */
  cancelAll(reason: CancelReason): void;
  /** Resolves when nothing runs any more, and what it led to is with the broker. */
  idle(): Promise<void>;
  /** Lets what is due for those that were just abandoned go out, briefly, and gives up the rest. */
  flush(): Promise<void>;
  closeListener(): Promise<void>;
}
