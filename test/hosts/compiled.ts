import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What runs outside of the tests' own processes. */
const programs = [
  'src',
  'test/hosts/server-program.ts',
  'test/hosts/endpoints/*.ts',
  'test/executors/endpoints/casualty.ts',
  'test/faults/endpoints/*.ts',
];

/**
 * Compiles the source and the programs of this folder, once for a test file, as they are published: a
 * host that is compiled while it starts takes a second for it, and tests here start hundreds.
 *
 * @returns Where the JavaScript of a file is, given relative to `test/hosts`; to be called by tests.
 */
export function useCompiled(): (file: string) => URL {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'greenroom-compiled-'));
    await compile(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return (file) => {
    const script = path.join(folder, 'test/hosts', file.replace(/\.ts$/, '.js'));
    return pathToFileURL(script);
  };
}

async function compile(folder: string): Promise<void> {
  const config = path.join(folder, 'tsconfig.json');
  await writeFile(
    config,
    JSON.stringify({
      extends: path.join(root, 'tsconfig.json'),
      compilerOptions: { noEmit: false, noCheck: true, rootDir: root, outDir: folder, paths: {} },
      include: programs.map((file) => path.join(root, file)),
    }),
  );
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [compiler, '-p', config]);
}
