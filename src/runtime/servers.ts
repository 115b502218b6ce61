import type { CancelReason } from '../cancel-reason.ts';
import { Transport } from '../driver/transport.ts';
import type { Executor } from '../executors/executor.ts';
import { type DrainedMessages, noMessages } from './drain-report.ts';
import { addCounts, type IntakeCounts, noCounts } from './intake-counts.ts';
import { NotificationServer } from './notification-server.ts';
import { RPCServer } from './rpc-server.ts';
import type { ResolvedRuntimeOptions } from './runtime-options.ts';
import { sharedExecutors } from './shared-executor.ts';

/**
 * One kind of messages that a runtime takes, from the broker to the executor and back.
 *
 * Opened once and closed in steps, each of which does nothing for what was never opened.
 */
export interface Server {
  readonly counts: IntakeCounts;
  /** Which messages came to which end since it stopped taking; absent where only their number is kept. */
  readonly drained?: DrainedMessages;
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

/** Who is to be told what while servers open, and after. */
export interface ServerEvents {
  /** The transport is there, and connects from now on. */
  readonly onTransport: (transport: Transport) => void;
  /** Serving can't go on. */
  readonly onFailure: (error: unknown) => void;
}

/** All that a runtime serves, over one transport and with one executor. */
export class Servers {
  readonly #options: ResolvedRuntimeOptions;
  readonly #servers: readonly Server[];
  #transport: Transport | undefined;

  constructor(options: ResolvedRuntimeOptions, executor: Executor) {
    const { rpc, notifications, log } = options;
    this.#options = options;
    const kinds = [
      rpc && ((share: Executor) => new RPCServer(rpc, share, log)),
      notifications && ((share: Executor) => new NotificationServer(notifications, share, log)),
    ].filter((make) => make !== undefined);
    const shares = sharedExecutors(executor, kinds.length);
    this.#servers = shares.flatMap((share, index) => kinds[index]?.(share) ?? []);
  }

  get counts(): IntakeCounts {
    return this.#servers.reduce((sum, { counts }) => addCounts(sum, counts), noCounts);
  }

  get drained(): DrainedMessages {
    return this.#servers.find(({ drained }) => drained !== undefined)?.drained ?? noMessages;
  }

  /** What the servers use; absent before they open. */
  get transport(): Transport | undefined {
    return this.#transport;
  }

  /** Connects, and opens one server after the other. */
  async open(signal: AbortSignal, { onTransport, onFailure }: ServerEvents): Promise<void> {
    const { transport: given, controlExchange, rabbit, log } = this.#options;
    const transport =
      given instanceof Transport ? given : Transport.of(given, { controlExchange, rabbit, log });
    this.#transport = transport;
    onTransport(transport);
    await transport.driver.open({ signal });
    for (const server of this.#servers) await server.open(transport, signal, onFailure);
  }

  async stopTaking(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stopTaking()));
  }

  cancelAll(reason: CancelReason): void {
    for (const server of this.#servers) server.cancelAll(reason);
  }

  async idle(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.idle()));
  }

  async flush(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.flush()));
  }

  async closeListeners(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.closeListener()));
  }

  /** Closes the transport, unless it was given. */
  async closeTransport(): Promise<void> {
    if (this.#transport !== this.#options.transport) await this.#transport?.close();
  }
}
