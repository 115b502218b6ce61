import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { configFileNames, InvalidOptionError, loadConfig, Runtime } from '../../src/index.ts';
import { errorOf } from './theatre.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'greenroom-config-'));
  onTestFinished(() => rm(folder, { recursive: true }));
});

/** The options, with a topic that says which file they come from. */
const rpc = (topic: string) => ({ target: { topic }, endpoints: './endpoints/a.js' });
const module = (topic: string) => `export default { rpc: ${JSON.stringify(rpc(topic))} };`;

const texts: Record<string, (topic: string) => string> = {
  ts: (topic) => `const topic: string = '${topic}';
    export default { rpc: { target: { topic }, endpoints: './endpoints/a.js' } };`,
  mts: module,
  js: module,
  mjs: module,
  json: (topic) => JSON.stringify({ rpc: rpc(topic) }),
  yaml: (topic) => `rpc:\n  target: { topic: ${topic} }\n  endpoints: ./endpoints/a.js\n`,
  yml: (topic) => `rpc: { target: { topic: ${topic} }, endpoints: ./endpoints/a.js }`,
};

async function write(name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

/** Makes the project's packages to be found from the folder, and its `.js` files ES modules. */
async function installPackages(): Promise<void> {
  const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
  await symlink(modules, path.join(folder, 'node_modules'));
  await write('package.json', '{ "type": "module" }');
}

describe('loadConfig', () => {
  it('takes the first of the names there are, in their order', async () => {
    await installPackages();
    expect(configFileNames).toEqual(Object.keys(texts).map((kind) => `greenroom.config.${kind}`));
    for (const [kind, text] of Object.entries(texts)) {
      await write(`greenroom.config.${kind}`, text(`from-${kind}`));
    }
    for (const [index, name] of configFileNames.entries()) {
      const { file, options } = await loadConfig(undefined, folder);
      expect(path.basename(file)).toBe(name);
      expect(options.rpc?.target.topic).toBe(`from-${Object.keys(texts)[index]}`);
      expect(options.rpc?.endpoints).toEqual([path.join(folder, 'endpoints', 'a.js')]);
      await rm(file);
    }
  });

  it('takes the file that is named, from the working directory', async () => {
    await write('greenroom.config.json', JSON.stringify({ rpc: rpc('found') }));
    await write('deploy/other.yaml', texts['yaml']?.('named') ?? '');
    const { file, options } = await loadConfig('deploy/other.yaml', folder);
    expect(file).toBe(path.join(folder, 'deploy', 'other.yaml'));
    expect(options.rpc?.target.topic).toBe('named');
    expect((await loadConfig(file, tmpdir())).file).toBe(file);
  });

  it('anchors relative endpoint paths at the file, and leaves all else alone', async () => {
    const endpoints = [
      './a.js',
      '../b.js',
      'file:///c.js',
      '/d.js',
      { module: './e.js', export: 'E', options: { path: './kept' } },
    ];
    const file = await write(
      'deploy/x.json',
      JSON.stringify({ rpc: { target: { topic: 't' }, endpoints } }),
    );
    const { options } = await loadConfig(file, tmpdir());
    expect(options.rpc?.endpoints).toEqual([
      path.join(folder, 'deploy', 'a.js'),
      path.join(folder, 'b.js'),
      'file:///c.js',
      '/d.js',
      { module: path.join(folder, 'deploy', 'e.js'), export: 'E', options: { path: './kept' } },
    ]);
  });

  it('anchors those of notifications too, and needs no rpc beside them', async () => {
    const notifications = {
      targets: { topic: 't' },
      endpoints: './a.js',
      serializer: { module: './s.js' },
    };
    const file = await write('deploy/n.yaml', JSON.stringify({ notifications }));
    expect((await loadConfig(file)).options).toEqual({
      notifications: {
        ...notifications,
        endpoints: [path.join(folder, 'deploy', 'a.js')],
        serializer: { module: path.join(folder, 'deploy', 's.js') },
      },
    });
  });

  it('calls what a module exports when it is a function', async () => {
    const file = await write(
      'c.mjs',
      `export default async () => ({ rpc: ${JSON.stringify(rpc('made'))} });`,
    );
    expect((await loadConfig(file)).options.rpc?.target.topic).toBe('made');
  });

  it('gives options that a runtime takes, endpoints and all', async () => {
    await write('endpoints/a.mjs', 'export default { hello: () => "hello" };');
    const file = await write(
      'c.yaml',
      'transport: memory://config\nexecutor: blocking\nsignals: false\n' +
        'rpc:\n  target: { topic: t, server: s }\n  endpoints: ./endpoints/a.mjs\n',
    );
    await using runtime = new Runtime((await loadConfig(file)).options);
    await runtime.start();
    expect(runtime.executor).toBe('blocking');
  });

  it('says what to make when there is none', async () => {
    const error = await errorOf(loadConfig(undefined, folder));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect((error as Error).message).toContain(`no config file in ${folder}: make one of `);
    expect((error as Error).message).toContain(configFileNames.join(', '));
  });

  it('anchors the files of TLS at the file, too', async () => {
    const tls = { caFile: './ca.pem', certFile: '/etc/ours.pem', keyFile: '../key.pem' };
    const file = await write('c.json', JSON.stringify({ rpc: rpc('t'), rabbit: { tls } }));
    expect((await loadConfig(file, folder)).options.rabbit?.tls).toEqual({
      caFile: path.join(folder, 'ca.pem'),
      certFile: '/etc/ours.pem',
      keyFile: path.join(path.dirname(folder), 'key.pem'),
    });
  });

  it('does not look in the folders above', async () => {
    await write('greenroom.config.json', JSON.stringify({ rpc: rpc('above') }));
    await mkdir(path.join(folder, 'below'));
    await expect(loadConfig(undefined, path.join(folder, 'below'))).rejects.toThrow(
      /no config file in .*below/,
    );
  });

  it.each([
    ['missing.json', undefined, /cannot read the config file missing\.json: .*ENOENT/],
    ['missing.mjs', undefined, /cannot read the config file missing\.mjs: /],
    ['x.json', '{ "rpc": ', /cannot read the config file x\.json: .*JSON/],
    ['x.yaml', 'rpc: [', /cannot read the config file x\.yaml: /],
    ['x.mjs', 'throw new Error("not today")', /cannot read the config file x\.mjs: not today/],
    ['x.mjs', 'export const a = 1;', /cannot read the config file x\.mjs: .*no default export/],
    ['x.json', '', /the config file x\.json is empty/],
    ['x.toml', 'a = 1', /cannot read the config file x\.toml/],
    [
      'x.json',
      JSON.stringify({ rpc: rpc('t'), pol: {} }),
      /invalid .*x\.json: pol: unknown option \(did you mean 'pool'\?\)/,
    ],
    ['x.yaml', 'rpc: { target: { topic: 5 } }', /invalid .*x\.yaml: rpc\.target\.topic: /],
    ['x.yaml', '- a list', /invalid .*x\.yaml: /],
    ['x.mjs', 'export default () => 5', /invalid .*x\.mjs: /],
  ])('says what is wrong with %s that says %j', async (name, text, complaint) => {
    if (text !== undefined) await write(name, text);
    const error = await errorOf(loadConfig(name, folder));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect((error as Error).message).toMatch(complaint);
  });

  it('says what to install when there is nothing to read TypeScript with', async () => {
    await write('x.ts', module('t'));
    const error = await errorOf(loadConfig('x.ts', folder));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect((error as Error).message).toMatch(/install tsx next to it/);
  });
});
