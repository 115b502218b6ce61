import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ClosedError, connect, RPCClient } from '../../src/index.ts';
import { deferred } from '../../src/waiting.ts';
import type { Actor } from '../executors/endpoints/actor.ts';
import { brokerUrl } from '../support/broker.ts';
import { errorOf, keepingLog, memory, openTheatre } from './theatre.ts';

const patient = {
  connectRetries: Number.POSITIVE_INFINITY,
  retryInitialMs: 1,
  retryMaxMs: 10,
};

describe('[connectRetries] of Infinity', () => {
  it('tries until the runtime is stopped', async () => {
    const door = await Door.make();
    const { runtime: make } = await openTheatre(memory);
    const sixth = deferred<void>();
    const runtime = make({
      transport: door.url('rabbit://guest:guest@nowhere/'),
      rabbit: patient,
      log: keepingLog([], ({ fields }) => {
        if ('attempt' in fields && Number(fields.attempt) >= 6) sixth.resolve();
      }),
    });
    const starting = errorOf(runtime.start());
    await sixth.promise;
    expect(runtime.state).toBe('starting');
    await runtime.stop();
    expect(await starting).toBeInstanceOf(ClosedError);
    expect(runtime.state).toBe('stopped');
    expect(await runtime.closed).toBeUndefined();
  });

  it('tries until a broker appears, and serves then', async () => {
    const broker = await brokerUrl();
    const door = await Door.make();
    const { runtime: make, topic } = await openTheatre(memory);
    const third = deferred<void>();
    const runtime = make({
      transport: door.url(broker),
      rabbit: patient,
      log: keepingLog([], ({ fields }) => {
        if ('attempt' in fields && Number(fields.attempt) >= 3) third.resolve();
      }),
    });
    const starting = runtime.start();
    await third.promise;
    await door.openTo(broker);
    await starting;
    await using transport = await connect(broker);
    const client = new RPCClient<Actor>(transport, { topic });
    expect(await client.call({}, 'echo', { value: 'at last' })).toBe('at last');
    await runtime.stop();
  });
});

/** A port of this machine: closed at first, later leading to a broker. */
class Door {
  readonly #server: net.Server;
  readonly #port: number;

  private constructor(server: net.Server, port: number) {
    this.#server = server;
    this.#port = port;
  }

  static async make(): Promise<Door> {
    const server = net.createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return new Door(server, port);
  }

  /** The URL with this door in place of its hosts. */
  url(url: string): string {
    return url.replace(/^(rabbit:\/\/[^@/]*@)[^/]*/, `$1127.0.0.1:${this.#port}`);
  }

  async openTo(url: string): Promise<void> {
    const { hostname, port } = new URL(url.replace(/^rabbit:/, 'http:'));
    this.#server.on('connection', (socket) => {
      const through = net.connect({ host: hostname, port: Number(port || 5672) });
      socket.pipe(through).pipe(socket);
      // Either side may be cut off at the end of the test; the other one follows.
      socket.on('error', () => through.destroy());
      through.on('error', () => socket.destroy());
    });
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    onTestFinished(() => void this.#server.close());
  }
}
