import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { ExecutorLoadFailure } from '../errors.ts';

/** Whether a module is TypeScript that this Node can't read by itself. */
export function needsTypescriptLoader(url: string): boolean {
  // Types that are made for Node 20 do not know the feature yet.
  return /\.[cm]?ts$/.test(url) && !Reflect.get(process.features, 'typescript');
}

/** What is read of tsx's `package.json`. */
interface TsxManifest {
  readonly exports: { readonly './esm/api': { readonly import: { readonly default: string } } };
}

/**
 * Finds `tsx` from where a TypeScript module stands: Node 20 can't strip types by itself.
 *
 * @returns The URL of a module whose `register()` teaches a thread to import TypeScript.
 * @throws {@link ExecutorLoadFailure} that says what to install.
 */
export function findTypescriptLoader(url: string): string {
  try {
    // `require.resolve` would give the CommonJS build, which does not find its own parts.
    const manifest = createRequire(url).resolve('tsx/package.json');
    const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as TsxManifest;
    return new URL(exports['./esm/api'].import.default, pathToFileURL(manifest)).href;
  } catch (cause) {
    throw new ExecutorLoadFailure(
      `${url} is TypeScript, which Node ${process.versions.node} can't import by itself: ` +
        'install tsx next to it (npm install -D tsx), compile it, or use Node 22.18 or later',
      { cause },
    );
  }
}
