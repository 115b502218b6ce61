import { describe, expect, it } from 'vitest';
import { ExecutorLoadFailure } from '../../src/errors.ts';
import { type EndpointModule, loadEndpoints } from '../../src/executors/endpoint-module.ts';
import { endpointUrl } from './conformance/workshop.ts';
import { inlineModule } from './inline-module.ts';

describe('loadEndpoints', () => {
  const namesOf = async (source: EndpointModule): Promise<string[]> =>
    (await loadEndpoints(source, undefined)).map((endpoint) => endpoint.constructor.name);

  const several = inlineModule(`
    class Base { constructor(options) { this.options = options } }
    export class A extends Base { static target = { namespace: 'a' } }
    export class B extends Base { static target = { namespace: 'b' } }
    export class Plain extends Base {}
    export const object = { method() {} };
    export const answer = 42;
    export default class Fallback {}
  `);

  it('makes one of every exported class with a target of its own', async () => {
    expect(await namesOf({ url: several })).toEqual(['A', 'B']);
  });

  it('does not take a class for an endpoint because the class above it is one', async () => {
    const url = inlineModule(`export class A { static target = {} }
      export class Below extends A { constructor() { super(); throw new Error('made') } }`);
    expect(await namesOf({ url })).toEqual(['A']);
  });

  it('takes the default export when no class has a target', async () => {
    const ofClass = inlineModule('export class Plain {} export default class Fallback {}');
    expect(await namesOf({ url: ofClass })).toEqual(['Fallback']);
    const ofObject = inlineModule('export default { method: () => 1 }');
    expect(await loadEndpoints({ url: ofObject }, undefined)).toEqual([
      { method: expect.any(Function) },
    ]);
  });

  it('[export] takes that one, with or without a target', async () => {
    expect(await namesOf({ url: several, export: 'B' })).toEqual(['B']);
    expect(await namesOf({ url: several, export: 'Plain' })).toEqual(['Plain']);
    expect(await namesOf({ url: several, export: 'default' })).toEqual(['Fallback']);
    expect(await namesOf({ url: several, export: 'object' })).toEqual(['Object']);
  });

  it('[options] hands them to each constructor', async () => {
    const options = { depth: 3 };
    expect(await loadEndpoints({ url: several, options }, undefined)).toMatchObject([
      { options },
      { options },
    ]);
  });

  it('loads TypeScript', async () => {
    expect(await namesOf({ url: endpointUrl('actor') })).toEqual(['Actor']);
  });

  it.each<[string, EndpointModule, RegExp]>([
    [
      'an export that is not there',
      { url: several, export: 'C' },
      /has no endpoint named 'C'; it exports A, B, Plain, answer, default, object$/,
    ],
    [
      'an export that is no endpoint',
      { url: several, export: 'answer' },
      /no endpoint named 'answer'/,
    ],
    [
      'an export of a module without any',
      { url: inlineModule('0'), export: 'A' },
      /it exports nothing$/,
    ],
    ['a module without endpoints', { url: inlineModule('0') }, /no default export$/],
    [
      'a default export that is none',
      { url: inlineModule('export default null') },
      /no default export$/,
    ],
    ['a module that is not JavaScript', { url: inlineModule('class {') }, /failed to load: /],
    ['a module that throws null', { url: inlineModule('throw null') }, /failed to load: null$/],
    [
      'a constructor that throws undefined',
      { url: inlineModule('export default class C { constructor() { throw undefined } }') },
      /the constructor of C threw: undefined$/,
    ],
  ])('refuses %s, and names the module', async (_what, source, text) => {
    const error: unknown = await loadEndpoints(source, undefined).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ExecutorLoadFailure);
    expect((error as Error).message).toMatch(text);
    expect((error as Error).message).toContain(`endpoint module ${source.url}`);
  });
});
