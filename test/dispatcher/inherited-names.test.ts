import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { type AccessPolicy, accessPolicies } from '../../src/dispatcher/access-policy.ts';
import { NoSuchMethod } from '../../src/errors.ts';
import { dispatch } from './dispatching.ts';

const prototypes: readonly object[] = [
  Object.prototype,
  Function.prototype,
  Array.prototype,
  Map.prototype,
  Promise.prototype,
  EventEmitter.prototype,
];

/** What must never be callable, however an endpoint is written. */
const names: readonly string[] = [
  ...new Set([
    ...prototypes.flatMap((prototype) => Object.getOwnPropertyNames(prototype)),
    ...['__proto__', 'prototype', 'target', 'then', 'toJSON', 'inspect', 'computed', 'assigned'],
    ...[
      '_hidden',
      '__hidden',
      '#secret',
      '',
      ' ',
      'ECHO',
      'echo ',
      'echo\0',
      'écho',
      '0',
      'undefined',
    ],
    ...[
      'Symbol.iterator',
      'Symbol(nodejs.util.inspect.custom)',
      '__class__',
      '__init__',
      '__dict__',
    ],
  ]),
];

let runs = 0;
const run = (): never => {
  runs += 1;
  throw new Error('this must not be run');
};
/** On the endpoint itself, so that a mere look at one of the names would show. */
const getters = {
  computed: { get: run, enumerable: true },
  assigned: { set: run, enumerable: true },
};

class ClassEndpoint {
  _hidden(): void {
    run();
  }
  #secret(): void {
    run();
  }
  echo(): void {
    this.#secret();
  }
}
Object.defineProperties(ClassEndpoint.prototype, getters);

class SubclassEndpoint extends ClassEndpoint {
  constructor() {
    super();
    Object.defineProperties(this, getters);
  }
}
class EmitterEndpoint extends EventEmitter {
  echo(): void {}
}

const styles: [string, object][] = [
  ['a class', new ClassEndpoint()],
  ['a subclass', new SubclassEndpoint()],
  ['an event emitter', new EmitterEndpoint()],
  ['a plain object', Object.defineProperties({ echo: () => 1, _hidden: run }, getters)],
  [
    'an object without a prototype',
    Object.assign(
      Object.create(null),
      Object.fromEntries([
        ['echo', () => 1],
        ['then', run],
      ]),
    ),
  ],
];

test('there are enough names to try', () => {
  expect(names.length).toBeGreaterThan(100);
});

/** The legacy policy is there to offer those. */
const isOffered = (policy: AccessPolicy, name: string): boolean =>
  policy === 'legacy' && name === '_hidden';

describe.each(accessPolicies)('under the %s policy', (accessPolicy) => {
  test.each(styles)(
    '%s offers none of the names that the language gives it',
    async (_, endpoint) => {
      for (const method of names) {
        if (isOffered(accessPolicy, method)) continue;
        const outcome = await dispatch([endpoint], { method }, { accessPolicy });
        expect(outcome, method).toMatchObject({ type: 'failure', error: expect.any(NoSuchMethod) });
      }
      expect(runs).toBe(0);
    },
  );
});
