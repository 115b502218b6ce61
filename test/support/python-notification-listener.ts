import type { Peer } from './peer.ts';
import { startPythonPeer } from './python.ts';

/** The settings of `test/interop/peers/notification_listener.py`. */
export interface PythonNotificationListenerOptions {
  readonly url: string;
  readonly targets: readonly { readonly topic: string; readonly exchange?: string }[];
  /** Makes it a batch listener; `timeout` is in seconds. */
  readonly batch?: { readonly size: number; readonly timeout: number };
  readonly pool?: string;
  readonly priorities?: readonly string[];
  readonly options?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly log_level?: string;
}

/** A notification as a Python endpoint gets it. */
export interface PythonNotification {
  /** The name of the method that got it. */
  readonly priority: string;
  readonly ctxt: Readonly<Record<string, unknown>>;
  readonly publisher_id: string | null;
  readonly event_type: string;
  readonly payload: unknown;
  readonly metadata: { readonly message_id: string; readonly timestamp: string };
}

/** An oslo.messaging notification listener in a Python process of its own. */
export class PythonNotificationListener implements AsyncDisposable {
  readonly #peer: Peer;

  private constructor(peer: Peer) {
    this.#peer = peer;
  }

  /** Resolves when its queues are bound. */
  static async start(
    options: PythonNotificationListenerOptions,
  ): Promise<PythonNotificationListener> {
    return new PythonNotificationListener(
      await startPythonPeer('notification_listener.py', options),
    );
  }

  /** What its log says so far. */
  get log(): string {
    return this.#peer.stderr;
  }

  /** How many notifications came at once, each time so far. */
  get batchSizes(): readonly number[] {
    return this.#batches().map((batch) => batch.length);
  }

  /** The first `count` notifications, as soon as they have come; in the order of their coming. */
  async notifications(count: number): Promise<readonly PythonNotification[]> {
    await this.#peer.atLeast(1, () => this.#batches().flat().length >= count);
    return this.#batches().flat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#peer.stop();
  }

  #batches(): PythonNotification[][] {
    return this.#peer
      .lines((line) => line['event'] === 'notifications')
      .map(({ priority, messages }) =>
        (messages as PythonNotification[]).map((message) => ({
          ...message,
          priority: String(priority),
        })),
      );
  }
}
