import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { channelClose, type Frame, FrameReader, type MethodName, refusalOf } from './frames.ts';
import { harm, type Pair, pause } from './proxied-pair.ts';
import type { Damage, Writer } from './stream-damage.ts';

/**
 * Stands between clients and a broker, and does to their connections what networks do: resets them,
 * refuses them, lets them hang half-open, delays them; or what a broker does that has forgotten
 * something, or is slow: keeps the answers to a method to itself, for good or for a while. Or what a bad
 * line does: cuts a stream short, or changes a bit of it. Or what a broker does that finds fault with us: closes
 * the channels.
 *
 * Such damage is done once; any other fault lasts until its opposite is called, for the connections there
 * are and for new ones.
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
  #isRefusing = false;
  #refusedCount = 0;
  #accepted = 0;
  #damage: Damage | undefined;

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

  /** How many confirms were passed on as refusals. */
  get refusals(): number {
    return this.#refusedCount;
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

  /**
   * Closes every channel, as a broker does that found an error in what came on it. The broker, which did
   * not, never gets the answer.
   */
  closeChannels(code: number, text: string): void {
    for (const { client, channels, closed } of this.#pairs) {
      for (const channel of channels) {
        closed.add(channel);
        client.write(channelClose(channel, code, text));
      }
    }
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

  /** Has each of the broker's confirms refuse what it confirms; or, `false`, no longer. */
  refuseMessages(isRefusing = true): void {
    this.#isRefusing = isRefusing;
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

  /** Damages the first stream that comes so far, of those that there are and of new ones. */
  damage(damage: Damage): void {
    this.#damage = damage;
  }

  /**
   * Damages nothing any more.
   *
   * @returns Whether the damage was done: a stream may be shorter.
   */
  mend(): boolean {
    const wasDone = this.#damage === undefined;
    this.#damage = undefined;
    return wasDone;
  }

  /** How many bytes the longest of the streams has that there are. */
  longest(by: Writer): number {
    return Math.max(0, ...[...this.#pairs].map(({ passed }) => passed[by]));
  }

  #join(client: net.Socket): void {
    const upstream = net.connect({ host: '127.0.0.1', port: this.#upstreamPort, noDelay: true });
    const pair = {
      client,
      upstream,
      passed: { client: 0, broker: 0 },
      channels: new Set<number>(),
      closed: new Set<number>(),
    };
    this.#accepted++;
    this.#pairs.add(pair);
    client.setNoDelay(true);
    const requests = new FrameReader();
    client.on('data', (chunk) => {
      for (const { method, channel, bytes } of requests.take(chunk)) {
        if (method === 'channel.close-ok' && pair.closed.delete(channel)) continue;
        this.#pass(bytes, pair, 'client');
      }
    });
    const reader = new FrameReader();
    const isWanted = this.#filter();
    const isHeld = this.#holder();
    upstream.on('data', (chunk) => {
      for (const frame of reader.take(chunk)) {
        if (frame.channel > 0) pair.channels.add(frame.channel);
        if (!isWanted(frame)) this.#swallowedCount++;
        else if (this.#isRefusing && frame.method === 'basic.ack') {
          this.#refusedCount++;
          this.#pass(refusalOf(frame), pair, 'broker');
        } else if (isHeld(frame)) this.#holding.push(() => this.#pass(frame.bytes, pair, 'broker'));
        else this.#pass(frame.bytes, pair, 'broker');
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

  #pass(bytes: Buffer, pair: Pair, by: Writer): void {
    const to = by === 'client' ? pair.upstream : pair.client;
    if (to.writableEnded) return; // It was cut.
    const begun = pair.passed[by];
    pair.passed[by] += bytes.byteLength;
    const damage = this.#damage;
    if (damage?.by === by && damage.at >= begun && damage.at < pair.passed[by]) {
      this.#damage = undefined;
      harm(damage, bytes, damage.at - begun, pair, to);
    } else if (this.#delayMs === 0) to.write(bytes);
    else setTimeout(() => to.write(bytes), this.#delayMs);
  }
}
