import type { Log } from '../log.ts';
import type { IntakeCounts } from './intake-counts.ts';

/** A message that a drain did not see answered or handled; what was not found out is absent. */
export interface DrainedMessage {
  /** `_msg_id`, which the caller's error has as well; absent for a cast, and for what was not begun. */
  readonly msgId?: string;
  /** `message_id` of a notification, the same in all topics that it went to. */
  readonly messageId?: string;
  /** `_unique_id`, which a redelivery keeps. */
  readonly uniqueId?: string;
  /** Of a call or cast. */
  readonly method?: string;
  /** Of a notification. */
  readonly eventType?: string;
}

/** Which messages came to an end that somebody may have to look after. */
export interface DrainedMessages {
  /** Given back to the queue, for another server. */
  readonly returned: readonly DrainedMessage[];
  /** Asked to stop before they had ended, for any reason. */
  readonly cancelled: readonly DrainedMessage[];
  /** Still running when the time was over, or lost with their host. */
  readonly abandoned: readonly DrainedMessage[];
}

/** What {@link Runtime.drain} reports: how many messages came to which end while it drained, and which. */
export interface DrainReport extends IntakeCounts {
  /** The first hundred of each, calls and casts before notifications; the counts have them all. */
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

  /** @param find - Finds out what is known of the message; not called for one that is not noted. */
  note(end: keyof DrainedMessages, find: () => DrainedMessage): void {
    if (!this.#isDraining || this.#noted[end].length >= maxNoted) return;
    this.#noted[end].push(find());
  }
}

/** The notes of a server that has served nothing. */
export const noMessages: DrainedMessages = new DrainNotes().messages;

/** What several servers have noted, one after the other. */
export function joinedMessages(all: readonly DrainedMessages[]): DrainedMessages {
  const joined = (end: keyof DrainedMessages): readonly DrainedMessage[] =>
    all.flatMap((messages) => messages[end]).slice(0, maxNoted);
  return {
    returned: joined('returned'),
    cancelled: joined('cancelled'),
    abandoned: joined('abandoned'),
  };
}

/** Logs, in one line, how a drain ended. */
export function logDrained(log: Log, report: DrainReport, ms: number): void {
  const { messages, ...counts } = report;
  const idsOf = (noted: readonly DrainedMessage[]): readonly (string | undefined)[] =>
    noted.map(({ msgId, messageId, uniqueId }) => msgId ?? messageId ?? uniqueId);
  const ids = {
    ...(messages.returned.length > 0 && { returnedIds: idsOf(messages.returned) }),
    ...(messages.cancelled.length > 0 && { cancelledIds: idsOf(messages.cancelled) }),
    ...(messages.abandoned.length > 0 && { abandonedIds: idsOf(messages.abandoned) }),
  };
  const level = counts.abandoned > 0 ? 'warn' : 'info';
  log[level]({ ms: Math.round(ms), ...counts, ...ids }, 'drained');
}
