import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Context,
  type ContextValues,
  connect,
  RPCClient,
  Runtime,
  type Serializer,
  type Transport,
} from '../../src/index.ts';

/** As nova has it: what the service's code has in the place of a plain dict. */
class RequestContext {
  readonly user: string;
  readonly seen: string[] = [];
  constructor(user: string) {
    this.user = user;
  }
}

class Money {
  readonly cents: number;
  constructor(cents: number) {
    this.cents = cents;
  }
}

class MoneySerializer implements Serializer<RequestContext> {
  serializeEntity(context: RequestContext, entity: unknown): unknown {
    context.seen.push(`serialize ${typeof entity}`);
    return entity instanceof Money ? { money: entity.cents } : entity;
  }
  deserializeEntity(context: RequestContext, entity: unknown): unknown {
    context.seen.push(`deserialize ${typeof entity}`);
    const isMoney = typeof entity === 'object' && entity !== null && 'money' in entity;
    return isMoney ? new Money(Number(entity.money)) : entity;
  }
  serializeContext({ user }: RequestContext): ContextValues {
    return { user };
  }
  deserializeContext({ user }: ContextValues): RequestContext {
    return new RequestContext(String(user));
  }
}

class Till {
  static target = { version: '1.0' };

  double({ values }: Context<RequestContext>, { price }: { price: Money }): unknown {
    if (!(price instanceof Money)) throw new TypeError('no money');
    return values.user === 'ada' ? new Money(price.cents * 2) : undefined;
  }

  /** Calls on with the context that it was called with. */
  async pass(ctx: Context<RequestContext>, { price }: { price: Money }): Promise<Money> {
    return await client.call(ctx, 'double', { price });
  }
}

const url = 'memory://client-serializer';
const topic = 'till';
let transport: Transport;
let runtime: Runtime;
let client: RPCClient<{
  [Name in 'double' | 'pass']: (ctx: unknown, args: { price: Money }) => Money;
}>;

beforeAll(async () => {
  transport = await connect(url);
  client = new RPCClient(transport, { topic }, { serializer: new MoneySerializer() });
  runtime = new Runtime({
    transport: url,
    rpc: { target: { topic }, endpoints: new Till(), serializer: new MoneySerializer() },
    signals: false,
  });
  await runtime.start({ executor: 'async' });
});
afterAll(async () => {
  await runtime.stop({ graceMs: 0 });
  await transport.close();
});

test('the context, each argument and the result go through the serializers of both sides', async () => {
  const context = new RequestContext('ada');
  const result = await client.call(context, 'double', { price: new Money(5) });
  expect(result).toEqual(new Money(10));
  expect(result).toBeInstanceOf(Money);
  expect(context.seen).toEqual(['serialize object', 'deserialize object']);
});

test('a derived client has it too, and hands on what the server made of the context', async () => {
  const derived = client.prepare({ timeoutMs: 5_000 });
  const result = await derived.call(new RequestContext('ada'), 'pass', { price: new Money(5) });
  expect(result).toEqual(new Money(10));
});

test('what it throws rejects the call, and the cast', async () => {
  const broken = new RPCClient(
    transport,
    { topic },
    {
      serializer: Object.assign(new MoneySerializer(), {
        serializeEntity: () => {
          throw new RangeError('no such type');
        },
      }),
    },
  );
  const context = new RequestContext('ada');
  await expect(broken.call(context, 'double', { price: 1 })).rejects.toThrow('no such type');
  await expect(broken.cast(context, 'double', { price: 1 })).rejects.toThrow('no such type');
});

test('one that lacks a method is refused', () => {
  const serializer = { serializeEntity: () => 1 } as never;
  expect(() => new RPCClient(transport, { topic }, { serializer })).toThrow(
    'serializer must have the methods serializeEntity, deserializeEntity, serializeContext, deserializeContext',
  );
});
