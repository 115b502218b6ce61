import { MessagingTimeout, OutboundFull } from '../errors.ts';
import { type Deferred, deferred, type WaitOptions, waitFor } from '../waiting.ts';

/** How much may be on its way to the broker at once: not sent yet, or not confirmed. */
export interface OutboundLimits {
  /** How many messages; at least 1. @default 10_000 */
  readonly maxMessages: number;
  /** How many bytes their bodies may have together; at least 1. @default 67_108_864, 64 MiB */
  readonly maxBytes: number;
}

/** So many senders, for each message that may be on its way, may wait until there is room for theirs. */
const queueFactor = 10;

/** Sends a message within what is left of the time that its sender is willing to wait. */
type SendWithin = (left: WaitOptions) => Promise<void>;

/**
 * Bounds what this process holds for a broker that is away, blocks us, or is slower than we are.
 *
 * Who sends more than there is room for waits, in order and with nothing encoded yet, as long as it is
 * willing to; who is not willing to wait, or finds too many waiting, fails at once. One message always
 * fits, however large.
 */
export class Outbound {
  readonly #limits: OutboundLimits;
  readonly #senders = new Set<() => void>();
  #messages = 0;
  #bytes = 0;
  #aside = 0;
  #emptied: Deferred<void> | undefined;

  constructor(limits: OutboundLimits) {
    this.#limits = limits;
  }

  /** Whether there is no room for another message now. */
  get isFull(): boolean {
    const { maxMessages, maxBytes } = this.#limits;
    return this.#messages >= maxMessages || this.#bytes >= maxBytes;
  }

  /** Whether a message can be sent at once: there is room, and nobody waits for it. */
  get hasRoom(): boolean {
    return !this.isFull && this.#senders.size === 0;
  }

  /** How many messages are on their way, and the size of their bodies. */
  get load(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#messages, bytes: this.#bytes };
  }

  /** A message is on its way; there has to be a {@link left} for each. */
  enter(bytes: number): void {
    this.#messages++;
    this.#bytes += bytes;
  }

  /** A message is with the broker, or given up for good. */
  left(bytes: number): void {
    this.#messages--;
    this.#bytes -= bytes;
    for (const start of this.#senders) {
      if (this.isFull) return;
      this.#senders.delete(start);
      start();
    }
    if (this.#emptied === undefined || this.isFull) return;
    this.#emptied.resolve();
    this.#emptied = undefined;
  }

  /**
   * Encodes and sends a message once there is room for it, which is at once as a rule.
   *
   * @param send - Has to {@link enter} before it first waits for anything; gets what is left of the time.
   * @throws {@link OutboundFull} when there was no room in time: at once without `timeoutMs`.
   */
  send(options: WaitOptions, send: SendWithin): Promise<void> {
    if (this.hasRoom) return send(options);
    return this.#sendInTurn(options, send);
  }

  /**
   * Counts a sender that waits for something else before its message is encoded.
   *
   * @throws {@link OutboundFull} when too many are waiting already.
   */
  async waitAside<T>(wait: () => Promise<T>): Promise<T> {
    this.#assertNotCrowded();
    this.#aside++;
    try {
      return await wait();
    } finally {
      this.#aside--;
    }
  }

  /** Resolves when there is room for another message and nobody waits for it. */
  async whenRoom(): Promise<void> {
    while (this.isFull) {
      this.#emptied ??= deferred<void>();
      await this.#emptied.promise;
    }
  }

  async #sendInTurn(options: WaitOptions, send: SendWithin): Promise<void> {
    const { timeoutMs } = options;
    if (timeoutMs === undefined) throw this.#full('');
    this.#assertNotCrowded();
    const begun = performance.now();
    const room = deferred<{ readonly sent: Promise<void> }>();
    const start = (): void => {
      const leftMs = Math.max(0, timeoutMs - (performance.now() - begun));
      // At once, so that it has entered before there is said to be room for the next.
      room.resolve({ sent: attempt(() => send({ ...options, timeoutMs: leftMs })) });
    };
    this.#senders.add(start);
    try {
      const { sent } = await waitFor(room.promise, 'room among the messages on their way', options);
      await sent;
    } catch (error) {
      const hasStarted = !this.#senders.delete(start);
      if (hasStarted || !(error instanceof MessagingTimeout)) throw error;
      throw this.#full(` for ${timeoutMs} ms`, error);
    }
  }

  #assertNotCrowded(): void {
    if (this.#senders.size + this.#aside < this.#limits.maxMessages * queueFactor) return;
    throw this.#full('');
  }

  #full(howLong: string, cause?: Error): OutboundFull {
    const held = `${this.#messages} messages of ${this.#bytes} bytes are on their way to the broker`;
    const others = this.#senders.size + this.#aside;
    return new OutboundFull(
      `there was no room for another message${howLong}: ${held}, and ${others} wait to be; ` +
        'await what was sent, or raise rabbit.outbound.maxMessages or maxBytes',
      { cause },
    );
  }
}

/** What a function throws, as a rejection too. */
async function attempt(send: () => Promise<void>): Promise<void> {
  await send();
}
