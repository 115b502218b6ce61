import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { type Context, connect, RPCClient, Runtime, type Transport } from '../../src/index.ts';
import { deferred } from '../../src/waiting.ts';

/** What a method saw of its request. */
export interface Seen {
  readonly method: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly namespace: string | undefined;
  readonly version: string;
  readonly server: string;
  readonly isCall: boolean;
}

/** An endpoint for clients to be tested on; it keeps what it saw. */
export class Desk {
  static readonly target = { version: '1.4' };
  readonly seen: Seen[] = [];
  readonly target: { readonly namespace?: string; readonly version: string };
  readonly #server: string;
  #changed = deferred<void>();
  #isOpen = true;
  #opened = deferred<void>();

  constructor(server: string, namespace?: string) {
    this.#server = server;
    this.target = { version: '1.4', ...(namespace !== undefined && { namespace }) };
  }

  add(ctx: Context, { a, b }: { readonly a: number; readonly b: number }): number {
    this.#see(ctx);
    return a + b;
  }

  async search(ctx: Context, args: { readonly text?: string; readonly limit?: number }) {
    this.#see(ctx);
    return [args.text ?? 'all', args.limit ?? 10] as const;
  }

  whoami(ctx: Context): string {
    this.#see(ctx);
    return this.#server;
  }

  context(ctx: Context): Record<string, unknown> {
    this.#see(ctx);
    return { ...ctx.values };
  }

  /** Answers when the desk is open. */
  async wait(ctx: Context, { value }: { readonly value: number }): Promise<number> {
    this.#see(ctx);
    if (!this.#isOpen) await this.#opened.promise;
    return value;
  }

  fail(_ctx: Context, { message }: { readonly message: string }): never {
    throw Object.assign(new TypeError(message), { stack: `TypeError: ${message}\n    at desk` });
  }

  _private(): string {
    return 'never';
  }

  /** Keeps `wait` waiting. */
  shut(): void {
    this.#isOpen = false;
    this.#opened = deferred();
  }

  /** Lets go of all that waits. */
  open(): void {
    this.#isOpen = true;
    this.#opened.resolve();
  }

  /** Waits until so many requests have come. */
  async until(count: number): Promise<readonly Seen[]> {
    while (this.seen.length < count) await this.#changed.promise;
    return this.seen;
  }

  #see(ctx: Context): void {
    const { method, values, namespace, version, msgId } = ctx;
    const server = this.#server;
    this.seen.push({ method, values, namespace, version, server, isCall: msgId !== undefined });
    this.#changed.resolve();
    this.#changed = deferred();
  }
}

/** A client on a broker of its own. */
export interface Office {
  readonly url: string;
  readonly transport: Transport;
  /** For topic `desk`, version 1.0. */
  readonly client: RPCClient<Desk>;
  /** Serves desks under a server name, on topic `desk` unless told otherwise. */
  serve(server: string, endpoints: readonly object[], topic?: string): Promise<Runtime>;
}

/** Opens an {@link Office}; closed with the test. */
export async function openOffice(): Promise<Office> {
  const url = `memory://${randomUUID().slice(0, 8)}`;
  const transport = await connect(url);
  onTestFinished(() => transport.close());
  return {
    url,
    transport,
    client: new RPCClient<Desk>(transport, { topic: 'desk', version: '1.0' }),
    async serve(server, endpoints, topic = 'desk') {
      const runtime = new Runtime({
        transport: url,
        rpc: { target: { topic, server }, endpoints },
        async: { concurrency: 2_000 },
        signals: false,
      });
      onTestFinished(() => runtime.stop({ graceMs: 0 }));
      await runtime.start({ executor: 'async' });
      return runtime;
    },
  };
}
