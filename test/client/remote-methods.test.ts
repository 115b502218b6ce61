import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type AnyMethods,
  type Context,
  type RemoteArgs,
  type RemoteMethod,
  type RemoteResult,
  RPCClient,
  type Transport,
} from '../../src/index.ts';

interface Thumbnail {
  readonly width: number;
  readonly bytes: string;
}

/** Everything that a class may have, to see what of it a client can call. */
class Thumbnails {
  static readonly target = { namespace: 'images', version: '1.2' };
  readonly field = 'no method';
  readonly #secret = 'private';

  static make(): Thumbnails {
    return new Thumbnails();
  }

  async resize(_ctx: Context, args: { readonly id: string; readonly width: number }) {
    return { width: args.width, bytes: this.#decode(args.id) } satisfies Thumbnail;
  }

  count(_ctx: Context): number {
    return this.#secret.length;
  }

  ping(): string {
    return 'pong';
  }

  list(_ctx: Context, _args: { readonly limit?: number; readonly after?: string }): string[] {
    return [];
  }

  async forget(_ctx: Context, _args: { readonly id?: string } = {}): Promise<void> {}

  rename(_ctx: Context, args?: { readonly from: string; readonly to: string }): string {
    return args?.to ?? '';
  }

  _hidden(_ctx: Context): void {}

  protected guarded(_ctx: Context): void {}

  get size(): number {
    return 0;
  }

  threeArguments(_ctx: Context, _args: { readonly a: number }, _more: string): void {}

  #decode(id: string): string {
    return id;
  }
}

/** The types are what is tested: nothing here is ever sent. */
const sent: unknown[][] = [];
const transport = {
  call: async (...all: unknown[]) => sent.push(all),
  cast: async (...all: unknown[]) => sent.push(all),
} as unknown as Transport;
const client = new RPCClient<Thumbnails>(transport, { topic: 'thumbnails' });

describe('a client that is typed by the server’s class', () => {
  it('knows the names of the public methods, and of nothing else', () => {
    type Names = RemoteMethod<Thumbnails>;
    expectTypeOf<Names>().toEqualTypeOf<
      'resize' | 'count' | 'ping' | 'list' | 'forget' | 'rename'
    >();
    expect(Thumbnails.make().ping()).toBe('pong');
  });

  it('knows the arguments of each', () => {
    expectTypeOf<RemoteArgs<Thumbnails, 'resize'>>().toEqualTypeOf<{
      readonly id: string;
      readonly width: number;
    }>();
    expectTypeOf<RemoteArgs<Thumbnails, 'count'>>().toEqualTypeOf<Record<string, never>>();
    expectTypeOf<RemoteArgs<Thumbnails, 'ping'>>().toEqualTypeOf<Record<string, never>>();
    expectTypeOf<RemoteArgs<Thumbnails, 'list'>>().toEqualTypeOf<{
      readonly limit?: number;
      readonly after?: string;
    }>();
    expect(RPCClient).toBeDefined();
  });

  it('knows what a call resolves with', () => {
    expectTypeOf<RemoteResult<Thumbnails, 'resize'>>().toExtend<Thumbnail>();
    expectTypeOf<RemoteResult<Thumbnails, 'count'>>().toEqualTypeOf<number>();
    expectTypeOf<RemoteResult<Thumbnails, 'list'>>().toEqualTypeOf<string[]>();
    expectTypeOf<RemoteResult<Thumbnails, 'forget'>>().toEqualTypeOf<void>();
    expectTypeOf(client.call({}, 'count')).toEqualTypeOf<Promise<number>>();
    expectTypeOf(client.cast({}, 'count')).toEqualTypeOf<Promise<void>>();
    expect(client).toBeInstanceOf(RPCClient);
  });

  it('takes what fits', async () => {
    sent.length = 0;
    await client.call({}, 'resize', { id: 'a', width: 1 });
    await client.call({}, 'resize', { id: 'a', width: 1 }, { timeoutMs: 5 });
    await client.call({}, 'count');
    await client.call({}, 'count', {});
    await client.call({}, 'count', {}, { timeoutMs: 5 });
    await client.call({}, 'ping');
    await client.call({}, 'list');
    await client.call({}, 'list', { limit: 5 });
    await client.call({}, 'forget');
    await client.call({}, 'forget', { id: 'a' });
    await client.call({}, 'rename', { from: 'a', to: 'b' });
    await client.call({}, 'rename');
    await client.cast({}, 'resize', { id: 'a', width: 1 });
    expect(sent).toHaveLength(13);
  });

  it('refuses what does not', async () => {
    const attempts = [
      // @ts-expect-error -- no such method
      () => client.call({}, 'resise', { id: 'a', width: 1 }),
      // @ts-expect-error -- `_` means private
      () => client.call({}, '_hidden'),
      // @ts-expect-error -- protected
      () => client.call({}, 'guarded'),
      // @ts-expect-error -- no method
      () => client.call({}, 'field'),
      // @ts-expect-error -- a getter
      () => client.call({}, 'size'),
      // @ts-expect-error -- static
      () => client.call({}, 'make'),
      // @ts-expect-error -- the wire has no third argument
      () => client.call({}, 'threeArguments', { a: 1 }),
      // @ts-expect-error -- `width` is missing
      () => client.call({}, 'resize', { id: 'a' }),
      // @ts-expect-error -- arguments are needed
      () => client.call({}, 'resize'),
      // @ts-expect-error -- of the wrong type
      () => client.call({}, 'resize', { id: 1, width: 1 }),
      // @ts-expect-error -- not among the arguments
      () => client.call({}, 'list', { limit: 5, unknown: 1 }),
      // @ts-expect-error -- takes none
      () => client.call({}, 'count', { unknown: 1 }),
    ];
    expect(attempts).toHaveLength(12);
  });

  it('keeps its type when it is prepared, or takes another', () => {
    expectTypeOf(client.prepare({ server: 's' })).toEqualTypeOf<RPCClient<Thumbnails>>();
    expectTypeOf(client.prepare<{ a(): number }>({ topic: 't' })).toEqualTypeOf<
      RPCClient<{ a(): number }>
    >();
    expect(client.prepare({ server: 's' })).toBeInstanceOf(RPCClient);
  });

  it('that has none calls any method with any arguments, and knows nothing of the result', () => {
    const untyped = new RPCClient(transport, { topic: 't' });
    expectTypeOf(untyped).toEqualTypeOf<RPCClient<AnyMethods>>();
    expectTypeOf(untyped.call({}, 'anything', { a: 1 })).toEqualTypeOf<Promise<unknown>>();
    expectTypeOf(untyped.call({}, 'anything')).toEqualTypeOf<Promise<unknown>>();
    expect(untyped).toBeInstanceOf(RPCClient);
  });
});
