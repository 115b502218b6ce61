import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { connect, RPCClient, Runtime, type Transport } from 'greenroom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Thumbnails } from '../../examples/thumbnails/endpoints/thumbnails.ts';
import { uniqueTopic } from '../support/broker.ts';
import { imagesFolder } from './image-files.ts';

describe('Thumbnails', () => {
  let transport: Transport;
  let runtime: Runtime;
  let client: RPCClient<Thumbnails>;
  const image = (name: string): Promise<string> =>
    readFile(path.join(imagesFolder, name), 'base64');

  beforeAll(async () => {
    const topic = uniqueTopic();
    transport = await connect('memory://');
    runtime = new Runtime({ transport, rpc: { target: { topic }, endpoints: new Thumbnails() } });
    await runtime.start({ executor: 'async' });
    client = new RPCClient(transport, { topic, ...Thumbnails.target });
  });

  afterAll(async () => {
    await runtime.stop();
    await transport.close();
  });

  it.each([0, -1, 1.5, 4_097, Number.MAX_SAFE_INTEGER])(
    'refuses a width of %d as a RangeError, which Python calls a ValueError',
    async (width) => {
      const call = client.call({}, 'resize', { image: await image('wheel.png'), width });
      await expect(call).rejects.toMatchObject({
        remoteClass: 'ValueError',
        message: expect.stringContaining(`from 1 to 4096, not ${width}`),
      });
    },
  );

  it.each([
    ['no image', Buffer.from('hello').toString('base64'), 'the 5 bytes are no PNG or JPEG file'],
    ['nothing', '', 'the 0 bytes are no PNG or JPEG file'],
    ['a JPEG without a frame', '/9j/2Q==', 'the 4 bytes are no PNG or JPEG file'],
  ])('refuses %s as a TypeError', async (_what, bytes, message) => {
    const call = client.call({}, 'resize', { image: bytes, width: 100 });
    await expect(call).rejects.toMatchObject({
      remoteClass: 'TypeError',
      message: expect.stringContaining(message),
    });
  });

  it.each(['sunset.jpg', 'wheel.png'])('refuses a %s that is cut short', async (name) => {
    const whole = Buffer.from(await image(name), 'base64');
    const cut = whole.subarray(0, whole.length / 2).toString('base64');
    await expect(client.call({}, 'resize', { image: cut, width: 100 })).rejects.toMatchObject({
      remoteClass: 'TypeError',
      message: expect.stringContaining('can not be decoded'),
    });
  });

  it('refuses an image that is too large to decode, whatever the size of its file', async () => {
    const bomb = Buffer.from(await image('wheel.png'), 'base64');
    bomb.writeUInt32BE(50_000, 16);
    bomb.writeUInt32BE(50_000, 20);
    const call = client.call({}, 'resize', { image: bomb.toString('base64'), width: 100 });
    await expect(call).rejects.toMatchObject({
      remoteClass: 'ValueError',
      message: expect.stringContaining('50000 x 50000'),
    });
  });

  it('describes an image by its header', async () => {
    expect(await client.call({}, 'describe', { image: await image('sunset.jpg') })).toEqual({
      format: 'jpeg',
      width: 1200,
      height: 800,
    });
    expect(await client.call({}, 'describe', { image: await image('wheel.png') })).toEqual({
      format: 'png',
      width: 400,
      height: 400,
    });
  });
});
