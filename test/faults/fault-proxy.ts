import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Frame, FrameReader, type MethodName } from './frames.ts';

/** One client's connection through the proxy. */
interface Pair {
  readonly client: net.Socket;
  readonly upstream: net.Socket;
}

/**
 * Stands between clients and a broker, and does to their connections what networks do: resets them,
 * refuses them, lets them hang half-open, delays them; or what a broker does that has forgotten
 * something, or is slow: keeps the answers to a method to itself, for good or for a while.
 *
 * A fault lasts until its opposite is called, for the connections there are and for new ones.
 */
export class FaultProxy {
  readonly #upstreamPort: number;
  readonly #pairs = new Set<Pair>();
  readonly #server: net.Server;
  #port = 0;
  #isStalled = false;
  #delayMs = 0;
  #swallowed: ReadonlySet<MethodName | 'header'> = new Set();
  #held: ReadonlySet<MethodName> = new Set();
  /** What lets go of the frames that are held, one for each. */
  readonly #holding: (() => void)[] = [];
  #swallowedCount = 0;
  #accepted = 0;

  private constructor(upstreamPort: number) {
    this.#upstreamPort = upstreamPort;
    this.#server = net.createServer((client) => this.#join(client));
  }

  /**
   * Opens a proxy on a free port, until the end of the test.
   *
   * @param broker - The broker's URL.
   */
  static async open(broker: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(Number(new URL(broker).port || 5672));
    await proxy.accept();
    onTestFinished(() => proxy.refuse());
    return proxy;
  }

  /** As a host of a transport URL: user, password, address and port. */
  get host(): string {
    return `guest:guest@127.0.0.1:${this.#port}`;
  }

  /** The transport URL of the broker behind it. */
  get url(): string {
    return `rabbit://${this.host}/`;
  }

  /** How many connections there are. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** How many connections there have been. */
  get accepted(): number {
    return this.#accepted;
  }

  /** How many frames the broker has sent in vain. */
  get swallowed(): number {
    return this.#swallowedCount;
  }

  /** How many frames of the broker are held. */
  get held(): number {
    return this.#holding.length;
  }

  /** Listens, on the port that it had. */
  async accept(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Resets every connection, and has new ones refused. */
  async refuse(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.reset();
    await closed;
  }

  /**
   * Ends every connection at once with a TCP reset.
   *
   * @returns How many there were.
   */
  reset(): number {
    const { size } = this.#pairs;
    for (const { client, upstream } of this.#pairs) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
    return size;
  }

  /** Passes nothing on, in either direction: connections stay, and nobody answers on them. */
  stall(): void {
    this.#isStalled = true;
    for (const pair of this.#pairs) pause(pair);
  }

  /** Passes on what has come meanwhile, and what comes. */
  flow(): void {
    this.#isStalled = false;
    for (const { client, upstream } of this.#pairs) {
      client.resume();
      upstream.resume();
    }
  }

  /** Passes each chunk on so many milliseconds after it came. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /**
   * Keeps these methods of the broker from its clients, with what belongs to them; or just the headers of
   * contents, as no broker should. None to end it.
   */
  swallow(...frames: readonly (MethodName | 'header')[]): void {
    this.#swallowed = new Set(frames);
  }

  /** Holds these methods of the broker, and what follows them on their channels, until {@link release}. */
  hold(...methods: readonly MethodName[]): void {
    this.#held = new Set(methods);
  }

  /** Passes on, in its order, what was held, and holds nothing more. */
  release(): void {
    this.#held = new Set();
    for (const pass of this.#holding.splice(0)) pass();
  }

  #join(client: net.Socket): void {
    const upstream = net.connect({ host: '127.0.0.1', port: this.#upstreamPort, noDelay: true });
    const pair = { client, upstream };
    this.#accepted++;
    this.#pairs.add(pair);
    client.setNoDelay(true);
    client.on('data', (chunk) => this.#pass(chunk, upstream));
    const reader = new FrameReader();
    const isWanted = this.#filter();
    const isHeld = this.#holder();
    upstream.on('data', (chunk) => {
      for (const frame of reader.take(chunk)) {
        if (!isWanted(frame)) this.#swallowedCount++;
        else if (isHeld(frame)) this.#holding.push(() => this.#pass(frame.bytes, client));
        else this.#pass(frame.bytes, client);
      }
    });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      // Either side may go as it likes; the other is told by its own end.
      socket.on('error', () => other.destroy());
      socket.on('end', () => other.end());
      socket.on('close', () => {
        this.#pairs.delete(pair);
        other.destroy();
      });
    }
    if (this.#isStalled) pause(pair);
  }

  /** Of one connection; a content's frames go the way of their method. */
  #filter(): (frame: Frame) => boolean {
    const unwanted = new Set<number>();
    return ({ type, channel, method }) => {
      if (type === 'header' && this.#swallowed.has(type)) return false;
      if (type !== 'method') return !unwanted.has(channel) || type === 'heartbeat';
      const isWanted = method === undefined || !this.#swallowed.has(method);
      if (isWanted) unwanted.delete(channel);
      else unwanted.add(channel);
      return isWanted;
    };
  }

  /** Of one connection; a channel's frames keep their order. */
  #holder(): (frame: Frame) => boolean {
    const heldChannels = new Set<number>();
    return ({ channel, method }) => {
      if (this.#held.size === 0) heldChannels.clear();
      else if (method !== undefined && this.#held.has(method)) heldChannels.add(channel);
      return heldChannels.has(channel);
    };
  }

  #pass(bytes: Buffer, to: net.Socket): void {
    if (this.#delayMs === 0) to.write(bytes);
    else setTimeout(() => to.write(bytes), this.#delayMs);
  }
}

function pause({ client, upstream }: Pair): void {
  client.pause();
  upstream.pause();
}
