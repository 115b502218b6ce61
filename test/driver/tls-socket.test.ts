import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CallCancelled, connect, MessageDeliveryFailure } from '../../src/index.ts';
import { CertificateAuthority } from '../support/certificates.ts';

describe('a connection over TLS that is given up', () => {
  it('lets go of its socket while the server says nothing at all', async () => {
    const server = createServer();
    const { port, socket } = await listening(server);
    const giveUp = new AbortController();
    const connecting = connect(`amqps://localhost:${port}/`, { signal: giveUp.signal });

    const closed = closing(await socket);
    giveUp.abort();

    await expect(connecting).rejects.toThrow(CallCancelled);
    expect(await closed).toBe('closed');
  });

  it('lets go of its socket when TLS is up and AMQP is not', async () => {
    await using authority = await CertificateAuthority.make();
    const { certFile, keyFile } = await authority.issue({ commonName: 'localhost' });
    const server = createTlsServer({
      cert: await readFile(certFile),
      key: await readFile(keyFile),
    });
    const { port, socket } = await listening(server, 'secureConnection');
    const connecting = connect(`amqps://localhost:${port}/`, {
      rabbit: {
        tls: { caFile: authority.caFile },
        handshakeTimeoutMs: 300,
        connectRetries: 0,
      },
    });
    const failed = expect(connecting).rejects.toThrow(MessageDeliveryFailure);

    expect(await closing(await socket)).toBe('closed');
    await failed;
  });
});

async function listening(
  server: Server,
  event: 'connection' | 'secureConnection' = 'connection',
): Promise<{ readonly port: number; readonly socket: Promise<Socket> }> {
  const socket = once(server, event).then(([accepted]) => accepted as Socket);
  server.listen(0, 'localhost');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, socket };
}

/** Resolves when the other side has let go of a socket. */
async function closing(socket: Socket): Promise<'closed'> {
  // A reset is one way to let go.
  socket.on('error', () => {});
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
  return 'closed';
}
