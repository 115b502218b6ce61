import { expect, it } from 'vitest';
import { connect, RPCClient, Runtime } from '../../src/index.ts';
import { Desk } from '../client/served.ts';
import { errorOf } from '../runtime/theatre.ts';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { openPublishTap, type Published } from '../support/publish-tap.ts';
import { captures } from '../wire/captures.ts';

const timeoutMs = 60_000;
const topic = uniqueTopic();
const desk = new Desk('server-1');

/** What was published for one call or cast, in its order. */
interface Sent {
  readonly requests: readonly Published[];
  readonly replies: readonly Published[];
}

/** What a test does with its client; `replied` resolves when the server has published something. */
type Act = (client: RPCClient<Desk>, replied: () => Promise<void>) => Promise<unknown>;

/** Serves a desk and acts on it, everything by way of one tap. */
async function sentBy(act: Act, compression?: 'zlib'): Promise<Sent> {
  await using tap = await openPublishTap(await brokerUrl());
  const rpc = { target: { topic, server: 'server-1' }, endpoints: desk };
  await using runtime = new Runtime({ transport: tap.url, rpc, signals: false });
  await runtime.start({ executor: 'async' });
  await using transport = await connect(tap.url, { ...(compression && { compression }) });
  // Replies go through the default exchange, which has no name.
  const replies = (): Published[] => tap.published.filter(({ exchange }) => exchange === '');
  const client = new RPCClient<Desk>(transport, { topic, version: '1.0' }, { timeoutMs });
  await act(client, () => expect.poll(replies).not.toEqual([]));
  const requests = tap.published.filter(({ exchange }) => exchange !== '');
  return { requests, replies: replies() };
}

/** Holds a call until the server has said that it is still at it. */
const heldCall: Act = async (client, replied) => {
  desk.shut();
  const held = client.prepare({ callMonitorTimeoutMs: 2_000 }).call({}, 'wait', { value: 1 });
  await replied();
  desk.open();
  await held;
};

interface Kind {
  readonly what: string;
  /** The name of the captures, without their versions. */
  readonly captured: string;
  readonly act: Act;
  readonly pick: (sent: Sent) => Published | undefined;
  readonly compression?: 'zlib';
}

const request = ({ requests }: Sent): Published | undefined => requests[0];
const firstReply = ({ replies }: Sent): Published | undefined => replies[0];
const lastReply = ({ replies }: Sent): Published | undefined => replies.at(-1);

const call: Act = (client) => client.call({}, 'whoami');
const monitored: Act = (client) =>
  client.prepare({ callMonitorTimeoutMs: 2_000 }).call({}, 'whoami');

const kinds: readonly Kind[] = [
  { what: 'a call', captured: 'request-call', act: call, pick: request },
  {
    what: 'a call to a server',
    captured: 'request-call-to-server',
    act: (client) => client.prepare({ server: 'server-1' }).call({}, 'whoami'),
    pick: request,
  },
  {
    what: 'a monitored call',
    captured: 'request-call-monitor',
    act: monitored,
    pick: request,
  },
  {
    what: 'a compressed call',
    captured: 'request-call-compressed-gzip',
    act: call,
    pick: request,
    compression: 'zlib',
  },
  {
    what: 'a cast',
    captured: 'request-cast',
    act: (client) => client.cast({}, 'whoami'),
    pick: request,
  },
  {
    what: 'a cast to a server',
    captured: 'request-cast-to-server',
    act: (client) => client.prepare({ server: 'server-1' }).cast({}, 'whoami'),
    pick: request,
  },
  {
    what: 'a fanout cast',
    captured: 'request-cast-fanout',
    act: (client) => client.prepare({ fanout: true }).cast({}, 'whoami'),
    pick: request,
  },
  { what: 'a reply', captured: 'reply-success-number', act: call, pick: firstReply },
  {
    what: 'a failure',
    captured: 'reply-failure-valueerror',
    act: (client) => errorOf(client.call({}, 'fail', { message: 'no' })),
    pick: firstReply,
  },
  { what: 'a keep-alive', captured: 'reply-heartbeat', act: heldCall, pick: firstReply },
  {
    what: 'a reply after keep-alives',
    captured: 'reply-after-heartbeat',
    act: heldCall,
    pick: lastReply,
  },
];

it.each(kinds)('$what is sent with the properties of oslo.messaging', async (kind) => {
  const { captured, act, pick, compression } = kind;
  const published = pick(await sentBy(act, compression));
  const captureds = captures(`${captured}.`);
  expect(captureds).toHaveLength(2);
  for (const { file, properties, headers, mandatory } of captureds) {
    expect(withoutTime(published?.properties), file).toEqual(withoutTime(properties));
    expect(published?.headers, file).toEqual(headers);
    expect(published?.mandatory, file).toBe(mandatory);
  }
});

it('a call expires when its caller stops waiting', async () => {
  const { expiration } = request(await sentBy(call))?.properties ?? {};
  expect(expiration).toMatch(/^[1-9]\d*$/);
  expect(Number(expiration)).toBeLessThanOrEqual(timeoutMs);
  expect(Number(expiration)).toBeGreaterThan(timeoutMs / 2);
});

it('a call that may be cancelled differs by one header, which oslo.messaging ignores', async () => {
  const { signal } = new AbortController();
  const sent = request(await sentBy((client) => client.call({}, 'whoami', {}, { signal })));
  const [plain] = captures('request-call.v14');
  expect(withoutTime(sent?.properties)).toEqual(withoutTime(plain?.properties));
  expect(sent?.headers).toEqual({ 'greenroom-cancellable': '1' });
});

/** That a message expires is compared; after how long is the caller's affair. */
function withoutTime(properties: Published['properties'] = {}): Published['properties'] {
  return 'expiration' in properties
    ? { ...properties, expiration: expect.any(String) }
    : properties;
}
