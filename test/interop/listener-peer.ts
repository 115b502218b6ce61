import { Runtime, type RuntimeOptions } from 'greenroom';
import { onTestFinished } from 'vitest';

/** An endpoint that says who it is and keeps what it is told. */
export class ListenerPeer {
  readonly notes: unknown[] = [];
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  whoami(): string {
    return this.#name;
  }

  note(_ctx: unknown, { value }: { value: unknown }): void {
    this.notes.push(value);
  }
}

/** What a {@link ListenerPeer} listens to. */
export type ListenerOptions = Omit<RuntimeOptions, 'rpc'> & {
  readonly topic: string;
  readonly server?: string;
};

/** Serves a {@link ListenerPeer} on this thread until the test is over. */
export async function listen({
  topic,
  server = 'greenroom',
  ...options
}: ListenerOptions): Promise<ListenerPeer> {
  const peer = new ListenerPeer(server);
  const runtime = new Runtime({
    rpc: { target: { topic, server }, endpoints: peer },
    signals: false,
    ...options,
  });
  onTestFinished(() => runtime.stop({ graceMs: 0 }));
  await runtime.start({ executor: 'async' });
  return peer;
}
