import type { IncomingMessage, Listener } from '../../../src/driver/driver.ts';
import { deferred } from '../../../src/waiting.ts';
import { textOf } from './stage.ts';

/** A message, and the name of the listener that it came by. */
export interface Received {
  readonly by: string;
  readonly text: string;
  readonly message: IncomingMessage;
}

/** Polls several listeners at once and puts what they get into one place. */
export class Inbox {
  readonly received: Received[] = [];
  #arrived = deferred<void>();

  /** Polls until the listener stops; what arrives is settled by `settle`, or left alone. */
  attach(by: string, listener: Listener, settle?: (message: IncomingMessage) => void): void {
    void this.#pump(by, listener, settle);
  }

  /** Waits until so many messages have arrived in all; there may be more by then. */
  async atLeast(count: number): Promise<Received[]> {
    while (this.received.length < count) await this.#arrived.promise;
    return this.received;
  }

  /** The texts that came by one listener. */
  textsBy(name: string): string[] {
    return this.received.filter(({ by }) => by === name).map(({ text }) => text);
  }

  async #pump(
    by: string,
    listener: Listener,
    settle?: (message: IncomingMessage) => void,
  ): Promise<void> {
    for (;;) {
      const messages = await listener.poll(100);
      if (messages.length === 0) return;
      for (const message of messages) {
        this.received.push({ by, text: textOf(message), message });
        settle?.(message);
      }
      this.#arrived.resolve();
      this.#arrived = deferred();
    }
  }
}
