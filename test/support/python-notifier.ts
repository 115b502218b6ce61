import type { Peer } from './peer.ts';
import { startPythonPeer } from './python.ts';

/** The settings of `test/interop/peers/notifier.py`. */
export interface PythonNotifierOptions {
  readonly url: string;
  readonly topics: readonly string[];
  /** @default 'messagingv2' */
  readonly driver?: 'messaging' | 'messagingv2';
  readonly publisher_id?: string;
  readonly options?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What a {@link PythonNotifier} is to send. */
export interface PythonNotice {
  /** @default 'info' */
  readonly priority?: string;
  readonly ctxt?: Readonly<Record<string, unknown>>;
  /** @default 'test' */
  readonly event_type?: string;
  readonly payload?: unknown;
  /** How many to send, whose payloads are their numbers from 0 on, in place of the one. */
  readonly count?: number;
}

/** An oslo.messaging notifier in a Python process of its own. */
export class PythonNotifier implements AsyncDisposable {
  readonly #peer: Peer;
  #sent = 0;

  private constructor(peer: Peer) {
    this.#peer = peer;
  }

  static async start(options: PythonNotifierOptions): Promise<PythonNotifier> {
    return new PythonNotifier(await startPythonPeer('notifier.py', options));
  }

  /** What its log says so far. */
  get log(): string {
    return this.#peer.stderr;
  }

  /** Resolves when the broker has it. */
  async notify(notice: PythonNotice): Promise<void> {
    this.#sent++;
    this.#peer.write(JSON.stringify(notice));
    await this.#peer.atLeast(this.#sent, ({ event }) => event === 'sent');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#peer.stop();
  }
}
