import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { Endpoint } from '../../src/dispatcher/endpoint.ts';
import { PingEndpoint, pingMethod } from '../../src/dispatcher/ping-endpoint.ts';

const exposed = (instance: object): string[] => [...new Endpoint(instance).methods.keys()].sort();

describe('what an endpoint exposes', () => {
  test('the methods of its class and of the classes above', () => {
    class Above {
      over(): string {
        return 'above';
      }
      above(): void {}
    }
    class Below extends Above {
      override over(): string {
        return 'below';
      }
      async below(): Promise<void> {}
    }
    const endpoint = new Endpoint(new Below());
    expect([...endpoint.methods.keys()].sort()).toEqual(['above', 'below', 'over']);
    expect(endpoint.methods.get('over')?.run).toBe(Below.prototype.over);
  });

  test('the functions of a plain object, with or without a prototype', () => {
    const functions = { a: () => 1, b(): void {}, c: 5, _d: () => 1 };
    expect(exposed(functions)).toEqual(['a', 'b']);
    expect(exposed(Object.assign(Object.create(null), functions))).toEqual(['a', 'b']);
    const hidden = Object.defineProperty({ a: () => 1 }, 'b', { value: () => 2 });
    expect(exposed(hidden)).toEqual(['a']);
  });

  test('nothing private, underscored, static, symbolic, or of the instance alone', () => {
    class Mixed {
      static atClass(): void {}
      field = (): void => {};
      readonly number = 5;
      #secret(): number {
        return 1;
      }
      _hidden(): number {
        return this.#secret();
      }
      [Symbol.iterator](): void {}
      visible(): void {}
    }
    expect(exposed(new Mixed())).toEqual(['visible']);
  });

  test('no getter or setter, and none is run', () => {
    let runs = 0;
    class Getters {
      get computed(): () => number {
        runs += 1;
        return () => 1;
      }
      set assigned(_: unknown) {
        runs += 1;
      }
      visible(): void {}
    }
    expect(exposed(new Getters())).toEqual(['visible']);
    const plain = {
      get computed(): () => number {
        runs += 1;
        return () => 1;
      },
      visible: () => 1,
    };
    expect(exposed(plain)).toEqual(['visible']);
    expect(runs).toBe(0);
  });

  test('a getter hides the method of the same name above it', () => {
    class Above {
      method(): void {}
    }
    const Below = class extends Above {};
    Object.defineProperty(Below.prototype, 'method', { get: () => () => 1 });
    expect(exposed(new Below())).toEqual([]);
  });

  test("the instance's own function in the place of the class's method", () => {
    class Bound {
      constructor() {
        this.method = this.method.bind(this);
      }
      method(): void {}
    }
    const instance = new Bound();
    expect(new Endpoint(instance).methods.get('method')?.run).toBe(instance.method);
    expect(exposed(Object.assign(new Bound(), { method: 5 }))).toEqual([]);
  });

  test('nothing of the classes that JavaScript and Node bring', () => {
    for (const Platform of [EventEmitter, EventTarget, Map, Set, Array, Error]) {
      const Sub = class extends (Platform as new () => object) {
        mine(): void {}
      };
      expect(exposed(new Sub()), Platform.name).toEqual(['mine']);
    }
  });

  test('methods named as those of every object and function are not exposed', () => {
    class Overrides {
      // biome-ignore lint/suspicious/noThenProperty: it is what is tested.
      then(): void {}
      call(): void {}
      apply(): void {}
      override(): void {}
      valueOf(): number {
        return 1;
      }
      toString(): string {
        return '';
      }
    }
    expect(exposed(new Overrides())).toEqual(['override']);
  });
});

describe('the target of an endpoint', () => {
  class Plain {
    method(): void {}
  }
  class Control extends Plain {
    static target: unknown = { namespace: 'control', version: '2.1' };
  }
  class Inherits extends Control {}

  test('is that of its class, or of the classes above', () => {
    expect(new Endpoint(new Control())).toMatchObject({
      name: 'Control',
      namespace: 'control',
      version: '2.1',
    });
    expect(new Endpoint(new Inherits())).toMatchObject({ namespace: 'control', version: '2.1' });
  });

  test('is that of the instance, before that of the class', () => {
    expect(new Endpoint({ target: { namespace: '' } })).toMatchObject({
      namespace: '',
      version: '1.0',
    });
    const own = Object.assign(new Control(), { target: { version: '3.0' } });
    expect(new Endpoint(own)).toMatchObject({ namespace: undefined, version: '3.0' });
  });

  test('is the null namespace in version 1.0 when there is none', () => {
    for (const instance of [new Plain(), {}, Object.create(null), { target: {} }]) {
      expect(new Endpoint(instance)).toMatchObject({ namespace: undefined, version: '1.0' });
    }
  });

  test.each([
    ['control', 'no object'],
    [['control'], 'no object'],
    [() => 1, 'no object'],
    [{ namespace: 5 }, 'namespace'],
    [{ version: 1.0 }, 'version'],
    [{ version: 'a.b' }, 'version'],
    [{ nameSpace: 'x' }, 'nameSpace; it may have namespace, version, legacyNamespaces'],
    [{ legacyNamespaces: 'old' }, 'legacyNamespaces'],
    [{ legacyNamespaces: [undefined] }, 'legacyNamespaces'],
  ])('%o is refused, and the endpoint is named', (target, text) => {
    class Wrong {
      readonly target: unknown = target;
    }
    expect(() => new Endpoint(new Wrong())).toThrow(TypeError);
    expect(() => new Endpoint(new Wrong())).toThrow(/endpoint Wrong/);
    expect(() => new Endpoint(new Wrong())).toThrow(text);
  });

  test('a class in the place of an instance is refused', () => {
    expect(() => new Endpoint(Control)).toThrow('endpoint Control is no object');
  });
});

test('the ping endpoint answers in the null namespace, version 1.0', () => {
  const endpoint = new Endpoint(new PingEndpoint());
  expect(endpoint).toMatchObject({ namespace: undefined, version: '1.0' });
  expect([...endpoint.methods.keys()]).toEqual([pingMethod]);
  expect(new PingEndpoint()[pingMethod]()).toBe('pong');
});
