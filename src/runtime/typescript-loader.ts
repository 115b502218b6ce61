import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { ExecutorLoadFailure } from '../errors.ts';

/** Whether a module is TypeScript that this Node can't read by itself. */
export function needsTypescriptLoader(url: string): boolean {
  // Types that are made for Node 20 do not know the feature yet.
  return /\.[cm]?ts$/.test(url) && !Reflect.get(process.features, 'typescript');
}

/**
 * Finds `tsx` from where a TypeScript module stands: Node 20 has no types stripping of its own.
 *
 * @returns The URL of a module whose `register()` teaches a thread to import TypeScript.
 * @throws {@link ExecutorLoadFailure} that says what to install.
 */
export function findTypescriptLoader(url: string): string {
  try {
    return pathToFileURL(createRequire(url).resolve('tsx/esm/api')).href;
  } catch (cause) {
    throw new ExecutorLoadFailure(
      `${url} is TypeScript, which Node ${process.versions.node} can't import by itself: ` +
        'install tsx next to it (npm install -D tsx), compile it, or use Node 22.18 or later',
      { cause },
    );
  }
}
