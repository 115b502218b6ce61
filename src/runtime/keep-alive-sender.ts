import { MessageUndeliverable } from '../errors.ts';

/** What a {@link KeepAliveSender} is made of. */
export interface KeepAliveSenderOptions {
  /** Sends a keep-alive; rejects with {@link MessageUndeliverable} when the caller's queue is missing. */
  readonly send: (signal: AbortSignal) => Promise<void>;
  /** Whether anybody takes what is sent: the queue outlives its caller by half an hour as a rule. */
  readonly isHeard: (signal: AbortSignal) => Promise<boolean>;
  readonly intervalMs: number;
  /** How long nobody may hear before the caller is held to be gone, in milliseconds. */
  readonly graceMs: number;
  /** Called once, when the caller is held to be gone; no more is sent by then. */
  readonly onGone: () => void;
}

/** How often a caller that is not there is looked for while the grace lasts. */
const looksInGrace = 4;

/**
 * Tells one caller now and then that its call is still running, and notices when it is gone.
 *
 * A queue that is missing, or that nobody consumes, may be that of a caller that is about to
 * reconnect: only one that is not back all through the grace is gone. A broker that does not answer
 * says nothing about the caller.
 */
export class KeepAliveSender {
  readonly #options: KeepAliveSenderOptions;
  readonly #over = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #sooner: NodeJS.Timeout | undefined;
  #unheardSince: number | undefined;
  #isSending = false;

  /** Sends the first when the interval has passed. */
  constructor(options: KeepAliveSenderOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#beat(), options.intervalMs);
  }

  /** Sends no more, and takes back the one that is not sent. */
  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#sooner);
    this.#over.abort();
  }

  async #beat(): Promise<void> {
    // While the broker is away one is enough: they would all arrive together.
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      const isHeard = await this.#send();
      if (!this.#over.signal.aborted) this.#note(isHeard);
    } catch {
      // Whatever went wrong, the next one may get through.
    } finally {
      this.#isSending = false;
    }
  }

  /** @returns Whether somebody heard it. */
  async #send(): Promise<boolean> {
    const { send, isHeard } = this.#options;
    const { signal } = this.#over;
    try {
      await send(signal);
    } catch (error) {
      if (error instanceof MessageUndeliverable) return false;
      throw error;
    }
    return await isHeard(signal);
  }

  #note(isHeard: boolean): void {
    if (isHeard) {
      this.#unheardSince = undefined;
      return;
    }
    const { graceMs, intervalMs, onGone } = this.#options;
    const now = performance.now();
    this.#unheardSince ??= now;
    if (now - this.#unheardSince >= graceMs) {
      this.stop();
      onGone();
    } else {
      const soonerMs = Math.min(intervalMs, graceMs / looksInGrace);
      clearTimeout(this.#sooner);
      this.#sooner = setTimeout(() => void this.#beat(), soonerMs);
    }
  }
}
