import { describe, expect, test } from 'vitest';
import type { AccessPolicy } from '../../src/dispatcher/access-policy.ts';
import { Endpoint } from '../../src/dispatcher/endpoint.ts';
import { expose } from '../../src/dispatcher/expose.ts';

class Above {
  above(): void {}
  over(): void {}
  static {
    expose(Above, 'above', 'over');
  }
}
class Mixed extends Above {
  visible(): void {}
  marked(): void {}
  _underscored(): void {}
  _marked(): void {}
  override over(): void {}
  get computed(): () => void {
    throw new Error('this must not be run');
  }
  static {
    expose(Mixed, 'marked', '_marked');
  }
}

const offered = (instance: object, policy: AccessPolicy): string[] =>
  [...new Endpoint(instance, policy).methods.keys()].sort();

describe('the access policy', () => {
  test.each<[AccessPolicy, string[]]>([
    ['default', ['above', 'marked', 'over', 'visible']],
    ['explicit', ['_marked', 'above', 'marked']],
    ['legacy', ['_marked', '_underscored', 'above', 'marked', 'over', 'visible']],
  ])('%s offers %j', (policy, names) => {
    expect(offered(new Mixed(), policy)).toEqual(names);
  });

  test('explicit finds the mark of a method that its constructor has bound', () => {
    class Bound {
      constructor() {
        this.method = this.method.bind(this);
      }
      method(): void {}
      static {
        expose(Bound, 'method');
      }
    }
    expect(offered(new Bound(), 'explicit')).toEqual(['method']);
  });

  test('explicit offers the marked functions of a plain object', () => {
    const endpoint = { a: () => 1, b: () => 2 };
    expose(endpoint, 'a');
    expect(offered(endpoint, 'explicit')).toEqual(['a']);
  });

  test('a mark makes nothing callable that every object has', () => {
    class Overrides {
      toString(): string {
        return 'o';
      }
      static {
        expose(Overrides, 'toString');
      }
    }
    expect(offered(new Overrides(), 'explicit')).toEqual([]);
  });
});
