import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { describeWithPython, python } from '../support/python.ts';
import { decoded, exampleFolder, imagesFolder, imagesIn, thumbnailsOf } from './image-files.ts';
import { Program, typescript } from './program.ts';

const file = (name: string): string => path.join(exampleFolder, name);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'thumbnails-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the thumbnails example', { timeout: 120_000 }, () => {
  let server: Program | undefined;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    environment = {
      GREENROOM_TRANSPORT: await brokerUrl(),
      THUMBNAILS_TOPIC: uniqueTopic('thumbnails'),
    };
    server = new Program(process.execPath, typescript(file('server.ts')), environment);
    await server.printed('with the pool executor');
  });

  afterAll(async () => {
    // Undefined when there was no broker to start it on.
    const end = await server?.interrupt();
    expect(end?.code).toBe(0);
  });

  it('makes a thumbnail of every image in the folder', async () => {
    const out = path.join(folder, 'from-typescript');
    const client = typescript(file('client.ts'), imagesFolder, out);
    const { code, stdout, stderr } = await Program.run(process.execPath, client, environment);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const expected = await thumbnailsOf(imagesFolder, 200);
    expect(await imagesIn(out)).toEqual(expected);
    for (const name of Object.keys(expected)) expect(stdout).toContain(`${name}: 200 x `);
  });

  it('tells which file is no image, and exits with 1', async () => {
    const bad = await mkdtemp(path.join(folder, 'bad-'));
    await writeFile(path.join(bad, 'hello.png'), 'hello');
    const client = typescript(file('client.ts'), bad, path.join(folder, 'none'));
    const { code, stderr } = await Program.run(process.execPath, client, environment);
    expect(stderr).toContain('hello.png: ');
    expect(stderr).toContain('the 5 bytes are no PNG or JPEG file');
    expect(code).toBe(1);
  });

  describeWithPython('client.py', () => {
    it('has a thumbnail made by plain oslo.messaging', async () => {
      const out = path.join(folder, 'from-python.jpg');
      const args = [file('client.py'), path.join(imagesFolder, 'sunset.jpg'), out];
      const { code, stdout, stderr } = await Program.run(python, args, environment);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stdout).toContain('200 x 133 jpeg');
      expect(await decoded(out)).toEqual({ mime: 'image/jpeg', width: 200, height: 133 });
    });
  });
});

describe('in-one-process.ts', () => {
  it('makes the same thumbnails without a broker', { timeout: 60_000 }, async () => {
    const out = path.join(folder, 'in-one-process');
    const program = typescript(file('in-one-process.ts'), imagesFolder, out);
    const { code, stderr } = await Program.run(process.execPath, program);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await imagesIn(out)).toEqual(await thumbnailsOf(imagesFolder, 200));
  });
});
