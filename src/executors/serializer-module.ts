import { isSerializer, type Serializer, serializerMethods } from '../serializer.ts';
import { isObject, LoadedModule, type ModuleSource } from './module-source.ts';

/**
 * Imports the module and makes its serializer: of the export that the source names, else of the default
 * export, else of the only one.
 *
 * @param typescriptLoader - See {@link importModule}.
 * @throws {@link ExecutorLoadFailure} when the import fails, there is no such export, it is no
 * serializer, or its constructor throws.
 */
export async function loadSerializer(
  source: ModuleSource,
  typescriptLoader?: string,
): Promise<Serializer<object>> {
  const module = await LoadedModule.load('serializer', source, typescriptLoader);
  const serializer = module.instanceOf(module.named() ?? onlyExport(module));
  if (isSerializer(serializer)) return serializer;
  const missing = serializerMethods.filter(
    (name) => typeof Reflect.get(serializer, name) !== 'function',
  );
  throw module.failure(`has a serializer without ${missing.join(', ')}`);
}

function onlyExport(module: LoadedModule): object {
  const { default: chosen, ...others } = module.exports;
  const candidates = chosen === undefined ? Object.values(others) : [chosen];
  const [only] = candidates;
  if (candidates.length === 1 && isObject(only)) return only;
  throw module.failure('has no default export and not exactly one other; name it with `export`');
}
