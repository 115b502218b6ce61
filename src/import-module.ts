/** The loaders that this thread has registered; twice would only slow each import down. */
const registered = new Set<string>();

/**
 * Imports a module; one in TypeScript, too, where the thread has to be taught to.
 *
 * @param typescriptLoader - URL of a module whose `register()` teaches the thread to import
 * TypeScript, such as tsx's API; absent when Node can by itself, or need not.
 */
export async function importModule(
  url: string,
  typescriptLoader: string | undefined,
): Promise<Record<string, unknown>> {
  if (typescriptLoader !== undefined && !registered.has(typescriptLoader)) {
    registered.add(typescriptLoader);
    const loader: { register(): unknown } = await import(typescriptLoader);
    loader.register();
  }
  try {
    return await import(url);
  } catch (error) {
    if (typescriptLoader === undefined || !(error instanceof SyntaxError)) throw error;
    // The loader leaves CommonJS alone, which a `.ts` file is where its package does not say.
    const hint = 'in a package without "type": "module", name a TypeScript module .mts';
    throw new SyntaxError(`${error.message} (${hint})`, { cause: error });
  }
}
