import type { CancelReason } from '../cancel-reason.ts';
import { Transport } from '../driver/transport.ts';
import type { Executor } from '../executors/executor.ts';
import { type DrainedMessages, joinedMessages } from './drain-report.ts';
import { addCounts, type IntakeCounts, noCounts } from './intake-counts.ts';
import { NotificationServer } from './notification-server.ts';
import { RPCServer } from './rpc-server.ts';
import type { ResolvedRuntimeOptions } from './runtime-options.ts';
import type { Server } from './server.ts';
import { sharedExecutors } from './shared-executor.ts';

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
    return joinedMessages(this.#servers.map(({ drained }) => drained));
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
