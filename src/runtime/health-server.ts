import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServerListenError } from '../errors.ts';
import type { Health, HealthLook } from './health.ts';

/** Where to listen, and what to tell. */
export interface HealthServerOptions {
  readonly port: number;
  readonly host: string;
  readonly look: (how: HealthLook) => Promise<Health>;
  /** Something is wrong with the port, after it has been opened. */
  readonly onError: (error: Error) => void;
}

/** A probe that says nothing for so long is no probe. */
const patienceMs = 5_000;
const maxConnections = 50;

/**
 * Answers probes: `GET /healthz` is 200 while the runtime lives, `GET /readyz` while it serves, and 503
 * otherwise; the body is {@link Health} as JSON, without a ping for `/healthz`.
 */
export class HealthServer {
  readonly #options: HealthServerOptions;
  readonly #server: Server;

  constructor(options: HealthServerOptions) {
    this.#options = options;
    const timeouts = { requestTimeout: patienceMs, headersTimeout: patienceMs };
    this.#server = createServer(timeouts, (request, response) => {
      void this.#answer(request, response);
    });
    this.#server.maxConnections = maxConnections;
  }

  /** Where it listens; absent before it does. */
  get url(): string | undefined {
    const address = this.#server.address() as AddressInfo | null;
    if (address === null) return undefined;
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    return `http://${host}:${address.port}`;
  }

  /** @throws {@link ServerListenError} when the port can't be had. */
  async open(): Promise<void> {
    const { port, host } = this.#options;
    this.#server.listen(port, host);
    try {
      await once(this.#server, 'listening');
    } catch (cause) {
      const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
      const text = reason === 'EADDRINUSE' ? 'the port is in use' : reason;
      throw new ServerListenError(`cannot answer probes on ${host}:${port}: ${text}`, { cause });
    }
    // Such as of a connection that could not be accepted; with nobody to hear it, it would end the process.
    this.#server.on('error', (error) => this.#options.onError(error));
  }

  /** Ends at once, whoever still asks. Idempotent. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer({ method, url = '/' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path] = url.split('?');
    if (path !== '/healthz' && path !== '/readyz') return respond(response, 404);
    if (method !== 'GET' && method !== 'HEAD') return respond(response, 405);
    const isReadiness = path === '/readyz';
    const health = await this.#options.look({ ping: isReadiness });
    const isWell = isReadiness ? health.ready : health.live;
    respond(response, isWell ? 200 : 503, health);
  }
}

function respond(response: ServerResponse, status: number, health?: Health): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    connection: 'close',
    ...(status === 405 && { allow: 'GET, HEAD' }),
  });
  response.end(health === undefined ? undefined : `${JSON.stringify(health)}\n`);
}
