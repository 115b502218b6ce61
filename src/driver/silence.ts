import { type ErrorSubject, MessagingTimeout } from '../errors.ts';

/** Watches a call whose server is to say now and then that it is still running. */
export class Silence {
  /** Rejects with {@link MessagingTimeout} when nothing was heard for as long as is allowed. */
  readonly tooLong: Promise<never>;
  readonly #timer: NodeJS.Timeout;

  constructor(allowedMs: number, about: ErrorSubject) {
    let onTooLong: () => void = () => {};
    this.tooLong = new Promise((_resolve, reject) => {
      onTooLong = () => {
        const text = `heard nothing of ${about.method} for ${allowedMs} ms: its server may be gone`;
        reject(new MessagingTimeout(text, about));
      };
    });
    this.#timer = setTimeout(onTooLong, allowedMs);
  }

  /** Something was heard: the time begins anew. */
  broken(): void {
    this.#timer.refresh();
  }

  /** Watches no longer. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
