import { threadId } from 'node:worker_threads';
import { type Context, expose, type Serializer } from '../../../src/index.ts';

/** Marks whatever passes with the way it went and the thread in which it did. */
export class StampSerializer implements Serializer<{ readonly stamp: string }> {
  readonly #stamp: string;

  constructor({ stamp = 'plain' }: { readonly stamp?: string } = {}) {
    this.#stamp = stamp;
  }

  serializeEntity(_context: object, entity: unknown): unknown {
    return { out: entity, thread: threadId };
  }

  deserializeEntity({ stamp }: { readonly stamp: string }, entity: unknown): unknown {
    return `${stamp}:${entity}`;
  }

  serializeContext(): Readonly<Record<string, unknown>> {
    return {};
  }

  deserializeContext(): { readonly stamp: string } {
    return { stamp: this.#stamp };
  }
}

/** Offers other methods under each access policy. */
export class Mint {
  static readonly target = { namespace: 'mint', version: '1.0' };
  static {
    expose(Mint, 'coin');
  }

  coin(ctx: Context<{ readonly stamp?: string }>, { value }: { readonly value: unknown }): unknown {
    return [ctx.values.stamp ?? null, value];
  }

  unmarked(): string {
    return 'unmarked';
  }

  _underscored(): string {
    return '_underscored';
  }

  fail(): never {
    throw new RangeError('no silver');
  }

  unencodable(): unknown {
    return () => 1;
  }
}
