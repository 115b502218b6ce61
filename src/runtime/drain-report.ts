import type { Log } from '../log.ts';
import type { IntakeCounts } from './intake-counts.ts';

/** A message that a drain did not see answered; what was not found out is absent. */
export interface DrainedMessage {
  /** `_msg_id`, which the caller's error has as well; absent for a cast, and for what was not begun. */
  readonly msgId?: string;
  /** `_unique_id`, which a redelivery keeps. */
  readonly uniqueId?: string;
  readonly method?: string;
}

/** Which calls and casts came to an end that somebody may have to look after; notifications are only counted. */
export interface DrainedMessages {
  /** Given back to the queue, for another server. */
  readonly returned: readonly DrainedMessage[];
  /** Asked to stop before they had ended, for any reason. */
  readonly cancelled: readonly DrainedMessage[];
  /** Still running when the time was over, or lost with their host. */
  readonly abandoned: readonly DrainedMessage[];
}

/** What {@link Runtime.drain} reports: how many calls came to which end while it drained, and which. */
export interface DrainReport extends IntakeCounts {
  /** The first hundred of each; the counts have them all. */
  readonly messages: DrainedMessages;
}

/** More would make a log line that nobody reads and a report that costs something to keep. */
const maxNoted = 100;

/** Notes which messages come to which end, from the beginning of a drain on. */
export class DrainNotes {
  readonly #noted = {
    returned: [] as DrainedMessage[],
    cancelled: [] as DrainedMessage[],
    abandoned: [] as DrainedMessage[],
  };
  #isDraining = false;

  get messages(): DrainedMessages {
    const { returned, cancelled, abandoned } = this.#noted;
    return { returned: [...returned], cancelled: [...cancelled], abandoned: [...abandoned] };
  }

  /** What ends from now on is noted. */
  begin(): void {
    this.#isDraining = true;
  }

  note(end: keyof DrainedMessages, { msgId, uniqueId, method }: Maybe<DrainedMessage>): void {
    if (!this.#isDraining || this.#noted[end].length >= maxNoted) return;
    this.#noted[end].push({
      ...(msgId !== undefined && { msgId }),
      ...(uniqueId !== undefined && { uniqueId }),
      ...(method !== undefined && { method }),
    });
  }
}

type Maybe<T> = { readonly [Key in keyof T]: T[Key] | undefined };

/** The notes of a server that has served nothing. */
export const noMessages: DrainedMessages = new DrainNotes().messages;

/** Logs, in one line, how a drain ended. */
export function logDrained(log: Log, report: DrainReport, ms: number): void {
  const { messages, ...counts } = report;
  const idsOf = (noted: readonly DrainedMessage[]): readonly (string | undefined)[] =>
    noted.map(({ msgId, uniqueId }) => msgId ?? uniqueId);
  const ids = {
    ...(messages.returned.length > 0 && { returnedIds: idsOf(messages.returned) }),
    ...(messages.cancelled.length > 0 && { cancelledIds: idsOf(messages.cancelled) }),
    ...(messages.abandoned.length > 0 && { abandonedIds: idsOf(messages.abandoned) }),
  };
  const level = counts.abandoned > 0 ? 'warn' : 'info';
  log[level]({ ms: Math.round(ms), ...counts, ...ids }, 'drained');
}
