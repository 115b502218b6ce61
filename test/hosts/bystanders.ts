import { connect, RPCClient } from 'greenroom';
import { onTestFinished } from 'vitest';
import { brokerUrl } from '../support/broker.ts';
import type { Runaway, Worked } from './endpoints/runaway.ts';

/** Callers who have nothing to do with what goes wrong, each of whom has a call in flight at all times. */
export class Bystanders {
  readonly answers: Worked[] = [];
  /** What went wrong, which is nothing as a rule. */
  readonly faults: unknown[] = [];
  readonly #over = { isOver: false };
  readonly #all: Promise<unknown>;

  private constructor(clients: readonly RPCClient<Runaway>[], count: number) {
    const callers = Array.from({ length: count }, (_, index) => clients[index % clients.length]);
    this.#all = Promise.all(callers.map((client) => client && this.#callAgainAndAgain(client)));
  }

  /** Makes so many of them, over two connections of their own. */
  static async gather(topic: string, count: number): Promise<Bystanders> {
    const clients = [];
    for (let i = 0; i < 2; i++) {
      const transport = await connect(await brokerUrl());
      onTestFinished(() => transport.close());
      clients.push(new RPCClient<Runaway>(transport, { topic }));
    }
    return new Bystanders(clients, count);
  }

  /** The hosts that have answered. */
  get hosts(): ReadonlySet<string> {
    return new Set(this.answers.map(({ host }) => host));
  }

  /** Lets each have its last answer. */
  async dismiss(): Promise<void> {
    this.#over.isOver = true;
    await this.#all;
  }

  async #callAgainAndAgain(client: RPCClient<Runaway>): Promise<void> {
    for (let value = 0; !this.#over.isOver; value++) {
      try {
        const answer = await client.call({}, 'work', { value });
        this.answers.push(answer);
        if (answer.value !== value) this.faults.push(answer);
      } catch (error) {
        this.faults.push(error);
      }
    }
  }
}
