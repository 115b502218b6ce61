import { once } from 'node:events';
import net from 'node:net';

/** Something that takes connections and never says a word. */
export interface SilentBroker extends AsyncDisposable {
  readonly url: string;
  /** Resolves with the first connection. */
  readonly connected: Promise<unknown>;
}

/** Starts a {@link SilentBroker} on a free port. */
export async function listenSilently(): Promise<SilentBroker> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
  });
  const connected = new Promise((resolve) => server.once('connection', resolve));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  return {
    connected,
    url: `rabbit://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
