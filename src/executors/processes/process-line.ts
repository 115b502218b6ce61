import type { CancelReason } from '../../cancel-reason.ts';
import { shownValue } from '../../log.ts';
import type { FromHost, HostLine, ToHost, WorkItem } from '../hosts/host-protocol.ts';
import { FlagsReader } from './file-flags.ts';
import { monotonicOffset } from './monotonic-offset.ts';
import { type FromProcess, marked, type ProcessTask, unmarked } from './process-protocol.ts';

/**
 * A host's own end of the line, in a child process: over the channel that Node made with it.
 *
 * A message goes out at once, as far as the pipe has room (on Linux some 200 KiB, or 270 small messages,
 * that are not read yet); Node writes the rest when the loop turns. So nothing that comes in is handed over
 * before all that was posted has gone: a reply is not kept by the call that begins next, though it computes
 * for an hour.
 */
export class ProcessLine implements HostLine {
  // Taken early: an endpoint may do what it likes with `process`.
  readonly #process = { send: process.send?.bind(process) };
  readonly #arrived: ToHost[] = [];
  #unsent = 0;
  #onSent: (() => void) | undefined;
  #onMessage: ((message: ToHost) => void) | undefined;
  #flags: FlagsReader | undefined;
  #clockLag = 0;

  constructor() {
    process.on('message', (received: unknown) => {
      const message = unmarked<ToHost>(received);
      if (message === undefined) return;
      this.#arrived.push(message);
      this.#handOver();
    });
  }

  /** Takes what this host was started with; to be called before it lives. */
  prepare({ flagsPath, monotonicOffset: theirs }: ProcessTask, places: number): void {
    this.#clockLag = theirs - monotonicOffset();
    if (flagsPath === undefined) return;
    try {
      this.#flags = new FlagsReader(flagsPath, places);
    } catch (error) {
      const message = 'a method that never waits will not see that it is cancelled';
      const fields = { reason: String(error) };
      this.post({ type: 'log', level: 'warn', id: undefined, fields, message });
    }
  }

  post(message: FromHost): void {
    this.#send(message);
  }

  listen(onMessage: (message: ToHost) => void): void {
    this.#onMessage = onMessage;
    this.#handOver();
  }

  /** Nothing that was sent here is taken back. */
  claim(): boolean {
    return true;
  }

  flagged(place: number): CancelReason | undefined {
    return this.#flags?.read(place);
  }

  close(): void {
    this.#send({ type: 'ended' });
  }

  /** Says what was thrown that nobody caught, and that the process dies of. */
  reportUncaught(error: unknown): void {
    const isError = error instanceof Error;
    const message = isError ? error.message : shownValue(error);
    this.#send({ type: 'uncaught', message, stack: isError ? error.stack : undefined });
  }

  /** Resolves when all that was posted has gone, or can't any more. */
  async flushed(): Promise<void> {
    if (this.#unsent > 0) await new Promise<void>((resolve) => (this.#onSent = resolve));
  }

  #send(message: FromProcess): void {
    // Throws what can't be cloned, and calls back when it has been written, or never will be.
    this.#process.send?.(marked(message), undefined, undefined, () => {
      this.#unsent--;
      if (this.#unsent === 0) this.#onSent?.();
      this.#handOver();
    });
    this.#unsent++;
  }

  #handOver(): void {
    while (this.#unsent === 0 && this.#onMessage !== undefined) {
      const message = this.#arrived.shift();
      if (message === undefined) return;
      this.#onMessage(message.type === 'work' ? this.#inOurTime(message.items) : message);
    }
  }

  #inOurTime(items: readonly WorkItem[]): ToHost {
    return {
      type: 'work',
      items: items.map(({ deadline, ...item }) => ({
        ...item,
        deadline: deadline === undefined ? undefined : deadline + this.#clockLag,
      })),
    };
  }
}
