import { ExecutorLoadFailure } from '../errors.ts';
import { importModule } from '../import-module.ts';

/** A module that something is loaded from, in the place where it is used. Cloneable. */
export interface ModuleSource {
  /** A `file:` URL, or anything else that `import()` takes. */
  readonly url: string;
  /** The export to take; without one, what is loaded decides. */
  readonly export?: string;
  /** Handed to the constructor of each class. */
  readonly options?: unknown;
}

/** What a module exports, and the words for what goes wrong with it. */
export class LoadedModule {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly #what: string;
  readonly #source: ModuleSource;

  private constructor(what: string, source: ModuleSource, exports: Record<string, unknown>) {
    this.#what = what;
    this.#source = source;
    this.exports = exports;
  }

  /**
   * Imports a module.
   *
   * @param what - What is loaded from it: `endpoint`, `serializer`.
   * @param typescriptLoader - See {@link importModule}.
   * @throws {@link ExecutorLoadFailure} that names the module; `cause` is what the import threw.
   */
  static async load(
    what: string,
    source: ModuleSource,
    typescriptLoader: string | undefined,
  ): Promise<LoadedModule> {
    try {
      return new LoadedModule(what, source, await importModule(source.url, typescriptLoader));
    } catch (cause) {
      throw loadFailure(what, source, `failed to load: ${textOf(cause)}`, cause);
    }
  }

  /**
   * The export that the source names; nothing when it names none.
   *
   * @throws {@link ExecutorLoadFailure} when it is not there, or is neither a class nor an object.
   */
  named(): object | undefined {
    const { export: name } = this.#source;
    if (name === undefined) return undefined;
    const chosen = this.exports[name];
    if (isObject(chosen)) return chosen;
    const names = Object.keys(this.exports).join(', ') || 'nothing';
    throw this.failure(`has no ${this.#what} named '${name}'; it exports ${names}`);
  }

  /**
   * Makes an instance of a class, with the source's options; an object is there already.
   *
   * @throws {@link ExecutorLoadFailure} when the constructor throws; `cause` is what it threw.
   */
  instanceOf(exported: object): object {
    if (typeof exported !== 'function') return exported;
    try {
      // Whether it is a class that takes such options is its author's to know.
      return new (exported as new (options: unknown) => object)(this.#source.options);
    } catch (cause) {
      const what = `: the constructor of ${exported.name} threw: ${textOf(cause)}`;
      throw this.failure(what, cause);
    }
  }

  /** An error that names the module; `what` completes the sentence. */
  failure(what: string, cause?: unknown): ExecutorLoadFailure {
    return loadFailure(this.#what, this.#source, what, cause);
  }
}

/** Whether a value can be an endpoint or the like: an object, or the class of one. */
export function isObject(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}

function loadFailure(
  what: string,
  source: ModuleSource,
  text: string,
  cause?: unknown,
): ExecutorLoadFailure {
  return new ExecutorLoadFailure(`${what} module ${source.url} ${text}`, { cause });
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
