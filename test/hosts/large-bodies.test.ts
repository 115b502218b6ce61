import { once } from 'node:events';
import net from 'node:net';
import { connect } from 'greenroom';
import { describe, expect, it, onTestFinished } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { isSoak, skippedUnlessSoak } from '../support/soak.ts';
import { Firehose } from './firehose.ts';
import { executors, type HostsServer, useHostsServers } from './hosts-server.ts';
import type { Stalls } from './loop-stalls.ts';

const smallBytes = 1024;
const largeBytes = 8 * 1024 * 1024;
/** Small and large bodies in turn, for what else the machine does is in the figures too. */
const rounds = 9;
const roundMs = 2_500;
const inFlight = 4;

const startServer = useHostsServers();

// For some minutes, on a machine that has little else to do.
const describeSoak = describe.skipIf(!isSoak);
describeSoak.each(executors)(`bodies of 8 MiB, under %s${skippedUnlessSoak}`, (executor) => {
  it('hold up the event loop no longer than those of 1 KiB do, and one write of 8 MiB', async ({
    annotate,
  }) => {
    const server = await startServer({
      executor,
      endpoint: '../executors/endpoints/casualty.ts',
      hosts: 2,
      // Or the collector waits in the event loop for helpers that a busy machine does not run.
      execArgv: ['--single-threaded-gc'],
    });
    const firehose = await Firehose.open(server.topic);
    const port = await openDrain();
    await measure(server, firehose, smallBytes);
    const small: Round[] = [];
    const large: Round[] = [];
    const writesMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      small.push(await measure(server, firehose, smallBytes));
      large.push(await measure(server, firehose, largeBytes));
      writesMs.push(await server.write(port, largeBytes));
    }
    const writeMs = median(writesMs, (ms) => ms);
    await annotate(
      [`1 KiB: ${shown(small)}`, `8 MiB: ${shown(large)}`, `a write: ${writeMs} ms`].join('; '),
    );
    const longest = ({ own }: Round): number => own.max;
    expect(median(large, longest)).toBeLessThan(median(small, longest) + writeMs);
  }, 300_000);
});

describe('a large body from RabbitMQ', () => {
  it('fills a buffer of its own, which can be moved to a host', async () => {
    const transport = await connect(await brokerUrl());
    onTestFinished(() => transport.close());
    const target = { topic: uniqueTopic(), server: 'server-1' };
    const listener = await transport.driver.listen(target, { prefetch: 1 });
    const body = Buffer.alloc(largeBytes, 'x');
    await transport.driver.send({ type: 'target', target }, { body });
    const [message] = await listener.poll(1);
    expect(message?.body).toHaveLength(largeBytes);
    expect(message?.body.buffer.byteLength).toBe(largeBytes);
    expect(message?.ownsBody).toBe(true);
  });
});

/** What came of one round; see `loop-stalls.ts`. */
interface Round {
  readonly calls: number;
  readonly delays: Stalls;
  readonly own: Stalls;
}

async function measure(server: HostsServer, firehose: Firehose, bytes: number): Promise<Round> {
  await server.stalls();
  const calls = await firehose.run(bytes, inFlight, roundMs);
  return { calls, ...(await server.stalls()) };
}

/** Listens on a port where everything is read and thrown away. */
async function openDrain(): Promise<number> {
  const drain = net.createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
  onTestFinished(() => void drain.close());
  await once(drain, 'listening');
  return (drain.address() as net.AddressInfo).port;
}

/** The histograms of the rounds, each figure the median of them. */
function shown(all: readonly Round[]): string {
  const figures = (which: 'own' | 'delays'): string => {
    const of = (name: keyof Stalls): string =>
      `${name} ${median(all, (each) => each[which][name])}`;
    return `${of('p50')}, ${of('p90')}, ${of('p99')}, ${of('max')} ms`;
  };
  const calls = median(all, (each) => each.calls);
  return `${calls} calls a round, stalls ${figures('own')} (as Node measures: ${figures('delays')})`;
}

function median<T>(all: readonly T[], of: (each: T) => number): number {
  const sorted = all.map(of).sort((a, b) => a - b);
  return Math.round((sorted[sorted.length >> 1] ?? 0) * 100) / 100;
}
