import { describe, expect, expectTypeOf, test } from 'vitest';
import type { Context } from '../../src/dispatcher/context.ts';
import { expectedExceptions } from '../../src/dispatcher/expected-exceptions.ts';
import { expose } from '../../src/dispatcher/expose.ts';
import { type MethodNames, marksOf } from '../../src/dispatcher/method-marks.ts';
import { dispatch } from './dispatching.ts';

class QuotaExceeded extends RangeError {}

class Thumbnails {
  resize(_ctx: Context, { error }: { error: unknown }): never {
    throw error;
  }
  describe(): string {
    return 'a picture';
  }
  static list(): void {}
}

/** What a compiled decorator is called with. */
const decorated = (
  change: Partial<ClassMethodDecoratorContext> = {},
): ClassMethodDecoratorContext =>
  ({
    kind: 'method',
    name: 'resize',
    static: false,
    private: false,
    ...change,
  }) as ClassMethodDecoratorContext;

describe('a mark', () => {
  test('is set by the class and the names of its methods', () => {
    class Own extends Thumbnails {
      override describe(): string {
        return 'mine';
      }
      static {
        expose(Own, 'describe');
      }
    }
    expect(marksOf(Own.prototype.describe)).toEqual({ exposed: true });
    expect(marksOf(Thumbnails.prototype.describe)).toEqual({});
  });

  test('is set by a decorator', () => {
    const method = (): void => {};
    expose(method, decorated());
    expectedExceptions(RangeError)(method, decorated());
    expect(marksOf(method)).toEqual({ exposed: true, expected: [RangeError] });
  });

  test('is refused for what is no method of the class', () => {
    const mark = expose as (endpoint: object, ...names: string[]) => void;
    for (const name of ['resise', 'list', 'toString']) {
      expect(() => mark(Thumbnails, name), name).toThrow(`expose: there is no method ${name}`);
    }
    expect(() => mark({ value: 5 }, 'value')).toThrow(TypeError);
  });

  test.each([{ static: true }, { private: true, name: '#resize' }, { kind: 'getter' as 'method' }])(
    'is refused for a decorated method that cannot be called: %j',
    (change) => {
      expect(() => expose(() => 1, decorated(change))).toThrow('expose is for public methods');
    },
  );

  test('takes the names of methods only, as far as the compiler can tell', () => {
    expectTypeOf<MethodNames<typeof Thumbnails>>().toEqualTypeOf<'resize' | 'describe'>();
    // @ts-expect-error there is no such method
    expect(() => expose(Thumbnails, 'resise')).toThrow(TypeError);
  });
});

describe('expectedExceptions', () => {
  class Expecting extends Thumbnails {
    override resize(ctx: Context, args: { error: unknown }): never {
      return super.resize(ctx, args);
    }
    static {
      expectedExceptions(RangeError)(Expecting, 'resize');
      expectedExceptions(URIError)(Expecting, 'resize');
    }
  }
  const failed = (endpoint: object, error: unknown) =>
    dispatch([endpoint], { method: 'resize', args: { error } });

  test.each([
    [new RangeError('r'), true],
    [new QuotaExceeded('a subclass'), true],
    [new URIError('said later'), true],
    [new TypeError('t'), false],
    [null, false],
    ['RangeError', false],
  ])('%o: %j', async (error, expected) => {
    expect(await failed(new Expecting(), error)).toEqual({ type: 'failure', error, expected });
    expect(await failed(new Thumbnails(), error)).toMatchObject({ expected: false });
  });

  test('an error that will not be looked at is not expected', async () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect((await failed(new Expecting(), proxy)).type).toBe('failure');
  });

  test('takes classes only', () => {
    expect(() => expectedExceptions('RangeError' as never)).toThrow(TypeError);
  });
});
