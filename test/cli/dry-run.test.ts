import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tell } from './in-process.ts';
import { makeServiceFolder, type ServiceFolder } from './service.ts';

let folder: ServiceFolder;
beforeAll(async () => {
  folder = await makeServiceFolder();
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

const rpc = { target: { topic: 'thumbnails', server: 'host-a' }, endpoints: './lab.mjs' };
// Nobody listens there, so that whoever connected would fail.
const url = 'rabbit://user:s3cret@127.0.0.1:1/';

const dryRun = async (config: object, ...args: string[]) => {
  const file = await folder.write('dry.json', JSON.stringify({ rpc, transport: url, ...config }));
  return tell(['serve', file, '--dry-run', ...args]);
};

describe('greenroom serve --dry-run', () => {
  it('prints exchanges, queues, bindings and consumers, and connects to nothing', async () => {
    expect(await dryRun({})).toEqual({
      code: 0,
      stdout: `rabbit://***@127.0.0.1:1/: would declare
exchange openstack (topic, durable=false, auto_delete=false)
exchange thumbnails_fanout (fanout, durable=false, auto_delete=true)
queue thumbnails (durable=false, auto_delete=false)
queue thumbnails.host-a (durable=false, auto_delete=false)
queue thumbnails_fanout_<id> (durable=false, auto_delete=false, x-expires=1800000)
binding openstack -> thumbnails (key thumbnails)
binding openstack -> thumbnails.host-a (key thumbnails.host-a)
binding thumbnails_fanout -> thumbnails_fanout_<id> (key thumbnails)
consumer 1 of thumbnails
consumer 2 of thumbnails.host-a
consumer 3 of thumbnails_fanout_<id>
`,
      stderr: '',
    });
  });

  it('prints a line of JSON with --json', async () => {
    const topology = { transientQuorum: true, streamFanout: true, durable: true };
    const told = await dryRun({ controlExchange: 'nova', rabbit: { topology } }, '--json');
    expect(told).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(told.stdout)).toEqual({
      event: 'dry-run',
      url: 'rabbit://***@127.0.0.1:1/',
      exchanges: [
        { name: 'nova', type: 'topic', durable: true, autoDelete: false },
        { name: 'thumbnails_fanout', type: 'fanout', durable: true, autoDelete: true },
      ],
      queues: [
        { name: 'thumbnails', durable: true, autoDelete: false, arguments: {} },
        { name: 'thumbnails.host-a', durable: true, autoDelete: false, arguments: {} },
        {
          name: 'thumbnails_fanout',
          durable: true,
          autoDelete: false,
          arguments: { 'x-queue-type': 'stream', 'x-max-age': '1800s' },
        },
      ],
      bindings: [
        { exchange: 'nova', queue: 'thumbnails', key: 'thumbnails' },
        { exchange: 'nova', queue: 'thumbnails.host-a', key: 'thumbnails.host-a' },
        { exchange: 'thumbnails_fanout', queue: 'thumbnails_fanout', key: 'thumbnails' },
      ],
      consumers: [
        { queue: 'thumbnails', tag: '1', arguments: {} },
        { queue: 'thumbnails.host-a', tag: '2', arguments: {} },
        { queue: 'thumbnails_fanout', tag: '3', arguments: { 'x-stream-offset': 'last' } },
      ],
    });
  });

  it('shows what the query of the URL overrules', async () => {
    const { stdout } = await dryRun(
      {},
      '--url',
      `${url}?rabbit_quorum_queue=true&rabbit_quorum_delivery_limit=3`,
    );
    expect(stdout).toContain(
      'queue thumbnails (durable=true, auto_delete=false, x-queue-type=quorum, x-delivery-limit=3)',
    );
  });

  it('shows that the preset for RabbitMQ 4 declares nothing that is not durable', async () => {
    const { stdout } = await dryRun({ rabbit: { topology: 'rabbitmq4' } });
    expect(stdout.match(/durable=true/g)).toHaveLength(5);
    expect(stdout).not.toContain('durable=false');
    expect(stdout).toContain(
      'queue thumbnails_fanout_<id> (durable=true, auto_delete=false, x-queue-type=quorum, x-expires=1800000)',
    );
  });

  it('shows named queues without taking a number from those who start', async () => {
    const topology = { queueNames: { host: 'node1', process: 'api' } };
    const { stdout } = await dryRun({ rabbit: { topology } });
    expect(stdout).toContain('queue thumbnails_fanout_node1:api:<id> (');
  });

  it('says that memory:// needs nothing', async () => {
    expect(await dryRun({ transport: 'memory://' })).toMatchObject({
      code: 0,
      stdout: 'memory://: nothing to declare\n',
    });
  });

  it.each([
    [{ topology: 'rabbitmq5' }, /rabbit\.topology: must be options or the word rabbitmq4/],
    [
      { topology: { quorom: true } },
      /rabbit\.topology\.quorom: unknown option \(did you mean 'quorum'\?\)/,
    ],
    [{ topology: { quorum: 'yes' } }, /rabbit\.topology\.quorum: invalid input: expected boolean/],
    [{ topology: { streamFanout: true } }, /streamFanout needs transientQuorum: true/],
    [
      { tls: { cafile: 'ca.pem' } },
      /rabbit\.tls\.cafile: unknown option \(did you mean 'caFile'\?\)/,
    ],
    [{ loginMethod: 'EXTERNAL' }, /loginMethod EXTERNAL is a login by certificate/],
  ])('refuses what the server would refuse: %j', async (rabbit, text) => {
    const { code, stdout, stderr } = await dryRun({ rabbit });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(text);
  });
});
