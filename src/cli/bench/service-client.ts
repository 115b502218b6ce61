import {
  MessageUndeliverable,
  MessagingTimeout,
  RemoteError,
  RPCClient,
  type Transport,
} from '../../index.ts';
import { UsageError } from '../usage-error.ts';
import type { BenchOptions } from './bench-options.ts';
import type { BenchService } from './service.ts';

/** What is called, ready to go. */
export interface BenchCall {
  readonly ctx: Readonly<Record<string, unknown>>;
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** How long a stranger on the topic has to answer. */
const strangerMs = 1_000;

/** Calls the service that is measured. */
export class ServiceClient {
  readonly #transport: Transport;
  readonly #client: RPCClient;
  readonly #service: BenchService;
  readonly #call: BenchCall;

  constructor(
    transport: Transport,
    service: BenchService,
    call: BenchCall,
    { timeout: timeoutMs, format }: Pick<BenchOptions, 'timeout' | 'format'>,
  ) {
    this.#transport = transport;
    this.#client = new RPCClient(transport, service.target, { timeoutMs, format });
    this.#service = service;
    this.#call = call;
  }

  /** Makes the call that is measured. It takes no signal: the server would be told how to be cancelled. */
  call(): Promise<unknown> {
    const { ctx, method, args } = this.#call;
    return this.#client.call(ctx, method, args);
  }

  /**
   * Makes the call once, to see that it succeeds.
   *
   * @throws what it failed with: `MessageUndeliverable` at once where no server ever listened.
   */
  async probe(signal: AbortSignal): Promise<void> {
    const { ctx, method, args } = this.#call;
    await this.#client.prepare({ mandatory: true }).call(ctx, method, args, { signal });
  }

  /**
   * Makes sure that nobody else serves the topic: half of the calls would go there.
   *
   * @throws {@link UsageError} when somebody answers.
   */
  async assertAlone(signal: AbortSignal): Promise<void> {
    const { topic, exchange } = this.#service.target;
    const target = { topic, ...(exchange !== undefined && { exchange }) };
    const anybody = new RPCClient(this.#transport, target, { mandatory: true });
    try {
      const options = { timeoutMs: strangerMs, signal };
      await anybody.call({}, 'oslo_rpc_server_ping', {}, options);
    } catch (error) {
      if (error instanceof MessageUndeliverable || error instanceof MessagingTimeout) return;
      // A server that knows no ping is a server all the same.
      signal.throwIfAborted();
      if (!(error instanceof RemoteError)) throw error;
    }
    throw new UsageError(
      `another server answers on topic ${topic}: stop it, or take a broker or virtual host of its own with --url`,
    );
  }
}
