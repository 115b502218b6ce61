import { describe, expect, it } from 'vitest';
import { ExecutorLoadFailure } from '../../src/errors.ts';
import type { ModuleSource } from '../../src/executors/module-source.ts';
import { loadSerializer } from '../../src/executors/serializer-module.ts';
import { inlineModule } from './inline-module.ts';

const methods = ['serializeEntity', 'deserializeEntity', 'serializeContext', 'deserializeContext'];
const body = methods.map((name) => `${name}(_, entity) { return entity }`).join('\n');
const declared = `class S { constructor(options) { this.options = options } ${body} }`;

describe('loadSerializer', () => {
  it.each<[string, string, string | undefined]>([
    ['the default export', `${declared} export default S; export const other = 5`, undefined],
    ['the only export', `${declared} export { S }`, undefined],
    ['an object', `${declared} export const s = new S()`, undefined],
    ['the export that is named', `${declared} export { S }; export const other = 5`, 'S'],
  ])('takes %s', async (_what, code, name) => {
    const source = { url: inlineModule(code), ...(name !== undefined && { export: name }) };
    const serializer = await loadSerializer(source);
    expect(serializer.serializeEntity({}, 'entity')).toBe('entity');
  });

  it('[options] hands them to the constructor', async () => {
    const options = { stamp: 'gold' };
    const serializer = await loadSerializer({ url: inlineModule(`export ${declared}`), options });
    expect(serializer).toMatchObject({ options });
  });

  it.each<[string, ModuleSource, RegExp]>([
    ['a module that is not JavaScript', { url: inlineModule('class {') }, / failed to load: /],
    ['a module without exports', { url: inlineModule('0') }, /name it with `export`$/],
    [
      'a module with several',
      { url: inlineModule('export class A {}; export class B {}') },
      /name it with `export`$/,
    ],
    [
      'an export that is not there',
      { url: inlineModule('export class A {}'), export: 'B' },
      /has no serializer named 'B'; it exports A$/,
    ],
    [
      'an export that is none',
      { url: inlineModule('export class A { serializeEntity() {} }') },
      /without deserializeEntity, serializeContext, deserializeContext$/,
    ],
    [
      'a constructor that throws',
      { url: inlineModule('export class A { constructor() { throw new Error("no") } }') },
      /the constructor of A threw: no$/,
    ],
  ])('refuses %s, and names the module', async (_what, source, text) => {
    const error: unknown = await loadSerializer(source).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ExecutorLoadFailure);
    expect((error as Error).message).toMatch(text);
    expect((error as Error).message).toContain(`serializer module ${source.url}`);
  });
});
