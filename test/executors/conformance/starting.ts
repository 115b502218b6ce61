import { describe, expect, it, onTestFinished } from 'vitest';
import { ExecutorLoadFailure } from '../../../src/errors.ts';
import type { EndpointModule } from '../../../src/executors/endpoint-module.ts';
import type { Executor } from '../../../src/executors/executor.ts';
import { inlineModule } from '../inline-module.ts';
import { endpointUrl, type MakeExecutor, replyOf, requestBody, runBody } from './workshop.ts';

/** What an executor loads, and what it says when it can't; more of it in endpoint-module.test.ts. */
export function describeStarting(makeExecutor: MakeExecutor): void {
  describe('start', () => {
    const opened = (endpoints: readonly EndpointModule[]): Executor => {
      const executor = makeExecutor(endpoints, { isSmall: true });
      onTestFinished(() => executor.stop());
      return executor;
    };

    it('loads modules, to be searched in their order, and hands each its options', async () => {
      const url = inlineModule(`export class A {
        static target = {};
        constructor({ text }) { this.text = text }
        given() { return this.text }
      }`);
      const executor = opened([
        { url, options: { text: 'first' } },
        { url, options: { text: 'second' } },
        { url: inlineModule('export default { given: () => "third", other: () => "other" }') },
      ]);
      await executor.start(new AbortController().signal);
      const result = async (method: string): Promise<unknown> =>
        (await replyOf(runBody(executor, requestBody({ method })))).result;
      expect(await result('given')).toBe('first');
      expect(await result('other')).toBe('other');
    });

    const missing = new URL('./no-such-module.ts', endpointUrl('actor')).href;
    it.each<[string, EndpointModule, RegExp]>([
      ['does not exist', { url: missing }, /endpoint module .*no-such-module\.ts failed to load/],
      [
        'throws when it is imported',
        { url: inlineModule('/*thrower*/ throw new Error("not today")') },
        /endpoint module data:.*thrower.*failed to load.*not today/,
      ],
      [
        'has no endpoint',
        { url: inlineModule('/*empty*/ export const answer = 42; export class Plain {}') },
        /endpoint module data:.*empty.*exports no class with a static `target`/,
      ],
      [
        'has a constructor that throws',
        {
          url: inlineModule(`/*picky*/ export class Picky {
            static target = {}; constructor() { throw new Error('no options'); } }`),
        },
        /endpoint module data:.*picky.*the constructor of Picky threw: no options/,
      ],
      [
        'has an endpoint whose target is none',
        { url: inlineModule('export class Odd { static target = { topic: "t" } }') },
        /target of endpoint Odd has the key topic/,
      ],
    ])('rejects when a module %s, and can be stopped', async (_what, source, text) => {
      const executor = opened([source]);
      const error: unknown = await executor
        .start(new AbortController().signal)
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ExecutorLoadFailure);
      expect((error as Error).message).toMatch(text);
      await executor.stop();
      expect(await executor.closed).toBeUndefined();
    });
  });
}
