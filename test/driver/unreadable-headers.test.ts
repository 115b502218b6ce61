import { describe, expect, it } from 'vitest';
import { RabbitDriver } from '../../src/driver/rabbit/rabbit-driver.ts';
import { parseTransportUrl } from '../../src/driver/transport-url.ts';
import { silentLog } from '../../src/log.ts';
import { brokerUrl } from '../support/broker.ts';
import { openRawChannel } from '../support/raw-channel.ts';
import { openStage, takeOne } from './conformance/stage.ts';

const makeDriver = async (): Promise<RabbitDriver> =>
  new RabbitDriver({
    url: parseTransportUrl(await brokerUrl()),
    controlExchange: 'openstack',
    log: silentLog,
  });

const field = (name: string, value: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([name.length]), Buffer.from(name), value]);
const longString = (text: string): Buffer =>
  Buffer.concat([Buffer.from('S'), lengthOf(text.length), Buffer.from(text)]);

function lengthOf(bytes: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(bytes);
  return buffer;
}

/** Lists in lists, or tables in tables, as AMQP writes them. */
function nested(tag: 'A' | 'F', levels: number): Buffer {
  const name = tag === 'F' ? Buffer.from([0]) : Buffer.alloc(0);
  const heads: Buffer[] = [];
  let bytes = 0;
  for (let level = 0; level < levels; level += 1) {
    const head = Buffer.concat([Buffer.from(tag), lengthOf(bytes)]);
    heads.push(level === levels - 1 ? head : Buffer.concat([name, head]));
    bytes += 5 + name.length;
  }
  return Buffer.concat(heads.reverse());
}

describe('a message with headers that amqplib cannot read', () => {
  // The broker takes these; reading them, amqplib runs out of stack.
  it.each([
    ['lists', 'A'],
    ['tables', 'F'],
  ] as const)('is received without them: %s in thousands of levels', async (_, tag) => {
    const { listen, send, topic } = await openStage(makeDriver);
    const listener = await listen('server-1');
    await using raw = await openRawChannel();
    raw.publishWithTable(topic, Buffer.from('{"text": "hostile"}'), field('a', nested(tag, 8000)));
    const hostile = await takeOne(listener);
    expect(hostile.redelivered).toBe(false);
    expect(Buffer.from(hostile.body).toString()).toBe('{"text": "hostile"}');
    expect(hostile.contentType).toBe('application/json');
    expect(Object.keys(hostile.headers)).toEqual([]);
    hostile.acknowledge();
    await send('next');
    const next = await takeOne(listener);
    expect(next.redelivered).toBe(false);
    next.acknowledge();
  });

  it('keeps those that it can: some hundreds of levels, and one named __proto__', async () => {
    const { listen, topic } = await openStage(makeDriver);
    const listener = await listen('server-1');
    await using raw = await openRawChannel();
    const proto = field('compression', longString('zlib'));
    const table = Buffer.concat([
      field('deep', nested('A', 300)),
      field('__proto__', Buffer.concat([Buffer.from('F'), lengthOf(proto.length), proto])),
      field('x', longString('y')),
    ]);
    raw.publishWithTable(topic, Buffer.from('{}'), table);
    const message = await takeOne(listener);
    expect(Object.keys(message.headers)).toEqual(['deep', 'x']);
    expect(Object.getPrototypeOf(message.headers)).toBeNull();
    expect(message.headers['compression']).toBeUndefined();
    expect(Reflect.get({}, 'compression')).toBeUndefined();
    message.acknowledge();
  });
});
