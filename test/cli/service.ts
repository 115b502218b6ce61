import { access, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** A folder with an endpoint module, for config files to be written to. */
export interface ServiceFolder extends AsyncDisposable {
  readonly path: string;
  file(name: string): string;
  write(name: string, content: string): Promise<string>;
}

/** Makes a {@link ServiceFolder}; disposing of it removes it. */
export async function makeServiceFolder(): Promise<ServiceFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'greenroom-cli-'));
  const file = (name: string): string => path.join(folder, name);
  const write = async (name: string, content: string): Promise<string> => {
    await writeFile(file(name), content);
    return file(name);
  };
  // A TypeScript config is read with the tsx that is installed next to it.
  const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
  await symlink(modules, file('node_modules'));
  await write('package.json', '{ "type": "module" }');
  await write('lab.mjs', labModule);
  return {
    path: folder,
    file,
    write,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Resolves when a file is there: the sign that a method gives of having begun. */
export async function fileExists(file: string): Promise<void> {
  await expect.poll(() => access(file).then(() => 'there'), { timeout: 20_000 }).toBe('there');
}

const labModule = `
import { access, appendFile, writeFile } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';

export class Lab {
  static target = { namespace: 'lab', version: '1.2' };

  add(_ctx, { a, b }) {
    return { sum: a + b, inThread: !isMainThread };
  }

  echo(ctx, args) {
    return { args, context: ctx.values };
  }

  numbers() {
    return { big: 2n ** 70n, nan: NaN, list: [1, -Infinity] };
  }

  fail(_ctx, { text }) {
    throw new TypeError(text);
  }

  async note(_ctx, { file, text }) {
    await appendFile(file, text + '\\n');
  }

  /** Runs until the file \`release\` is there. */
  async hold(ctx, { started, release }) {
    await writeFile(started, '');
    for (;;) {
      if (await access(release).then(() => true, () => false)) return 'released';
      await pause(10);
    }
  }

  /** Never ends, and lets nothing else happen in its thread. */
  spin(_ctx, { started }) {
    writeFileSync(started, '');
    for (;;) {}
  }

  crash() {
    process.exit(7);
  }
}
`;
