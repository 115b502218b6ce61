import { type Channel, type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { ClosedError, MessagingTimeout } from '../../errors.ts';
import { cancelled, type WaitOptions, waitFor } from '../../waiting.ts';
import type { TransportHost } from '../transport-url.ts';
import { Arrivals } from './arrivals.ts';
import { isRefusal } from './connect-failure.ts';
import { connectionOf } from './frames/amqplib-internals.ts';
import { ChannelTraffic } from './frames/channel-traffic.ts';
import { credentialsFor } from './login.ts';
import { watchPulse } from './pulse.ts';
import type { ResolvedRabbitOptions } from './rabbit-options.ts';
import { secureSocketOptions } from './tls-options.ts';
import { onUnexpectedFrame } from './unexpected-frames.ts';

/** What it takes to open a {@link Session}. */
export interface SessionOptions {
  readonly host: TransportHost;
  readonly virtualHost: string;
  /** Shown by the broker's management tools as the connection's name. */
  readonly connectionName: string;
  readonly options: ResolvedRabbitOptions;
}

/**
 * One AMQP connection with its one channel, from handshake to end.
 *
 * A session is whole or gone: whatever goes wrong with the connection, the channel or a consumer
 * ends all of it, once, and `ended` says why. Who wants to go on opens another.
 */
export class Session {
  /** Resolves with the reason once the session is of no more use. */
  readonly ended: Promise<Error>;
  readonly channel: ConfirmChannel;
  /** What goes over the channel for each message. */
  readonly traffic: ChannelTraffic;
  /** The largest body that the broker takes. */
  readonly maxMessageBytes: number;
  readonly #model: ChannelModel;
  readonly #socket: AbortController;
  readonly #options: ResolvedRabbitOptions;
  #isOpen = true;
  #blockReason: string | undefined;
  #unblockedAt = 0;
  readonly #unblocked = new Arrivals<void>();
  #onBlocked: (reason: string | undefined) => void = () => {};
  #endReason: Error | undefined;
  #resolveEnded: (reason: Error) => void = () => {};

  private constructor(
    model: ChannelModel,
    channel: ConfirmChannel,
    socket: AbortController,
    options: ResolvedRabbitOptions,
  ) {
    this.channel = channel;
    this.traffic = new ChannelTraffic(model, channel, {
      isOpen: () => this.#isOpen,
      onError: (error) => this.end(asError(error)),
    });
    this.#model = model;
    this.#socket = socket;
    this.#options = options;
    this.maxMessageBytes = options.maxMessageBytes ?? defaultMaxMessageBytes(model);
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#watch();
  }

  /**
   * Connects, within `handshakeTimeoutMs`, and opens a channel with publisher confirms.
   *
   * @throws amqplib's error, {@link MessagingTimeout}, or `CallCancelled` when the signal aborts.
   */
  static async open(
    { host, virtualHost, connectionName, options }: SessionOptions,
    signal: AbortSignal,
  ): Promise<Session> {
    if (signal.aborted) throw cancelled('a connection', signal);
    // amqplib's own timeout is one of inactivity, and it hands out no socket before the handshake
    // is over; net.connect and tls.connect destroy a socket whose signal aborts, at any time.
    const socket = new AbortController();
    const opening = open();
    try {
      return await waitFor(opening, `the AMQP handshake with ${host.hostname}:${host.port}`, {
        timeoutMs: options.handshakeTimeoutMs,
        signal,
      });
    } catch (error) {
      // The attempt's own rejection, which follows from the abort, has been answered by this one.
      opening.catch(() => {});
      socket.abort();
      throw error;
    }

    async function open(): Promise<Session> {
      const { tls, loginMethod } = options;
      const secure = tls && (await secureSocketOptions(tls, host.hostname));
      const model = await connect(
        {
          protocol: secure ? 'amqps' : 'amqp',
          hostname: host.hostname,
          port: host.port,
          vhost: encodeURIComponent(virtualHost),
          heartbeat: Math.max(1, Math.round(options.heartbeatMs / 1000)),
          // Eight times what is negotiated at most: no broker can make us hold more for one frame.
          maxFrameSize: 2 ** 20,
        },
        {
          noDelay: true,
          keepAlive: true,
          timeout: options.handshakeTimeoutMs,
          credentials: credentialsFor(loginMethod, host),
          clientProperties: { connection_name: connectionName, product: 'greenroom' },
          // The socket's own options, which amqplib passes on but does not list in its types.
          ...({ ...secure, signal: socket.signal } as object),
        },
      );
      // Without a listener, an error before the session is there to watch would end the process.
      model.on('error', () => {});
      const channel = await model.createConfirmChannel();
      return new Session(model, channel, socket, options);
    }
  }

  /** Whether messages can be published and settled now. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether the broker has asked us to stop publishing: it is short of memory or disk. */
  get isBlocked(): boolean {
    return this.#blockReason !== undefined;
  }

  /** When the broker last let us publish again, on the clock of `performance.now()`; 0 if it never did. */
  get unblockedAt(): number {
    return this.#unblockedAt;
  }

  /**
   * Resolves when the broker takes messages again, or never will over this session.
   *
   * @throws as the options say.
   */
  async unblocked(options: WaitOptions): Promise<void> {
    if (this.isBlocked && this.#isOpen) await this.#unblocked.wait('the broker to go on', options);
  }

  /** Has a function told when the broker asks us to stop publishing, and why, or to go on: no reason. */
  onBlocked(tell: (reason: string | undefined) => void): void {
    this.#onBlocked = tell;
    if (this.#blockReason !== undefined) tell(this.#blockReason);
  }

  /**
   * Waits for the broker's answer to a method no longer than `methodTimeoutMs`, not counting the time
   * for which it blocks us; a broker that does not answer one has forgotten us, so the session ends
   * with it.
   */
  async method<T>(answer: Promise<T>, what: string): Promise<T> {
    try {
      return await this.#whileUnblocked(answer, what);
    } catch (error) {
      if (error instanceof MessagingTimeout) this.end(error);
      // Of a connection that the broker closed, amqplib tells the methods under way only that it is.
      throw isRefusal(error) ? error : (this.#endReason ?? error);
    }
  }

  /**
   * Does something on a channel that is for this alone: what the broker refuses there ends neither
   * the session nor what others have under way on it.
   */
  async aside(use: (channel: Channel) => Promise<void>): Promise<void> {
    const channel = await this.openChannel();
    await use(channel);
    await this.method(channel.close(), 'a channel to be closed');
  }

  /** Opens one more channel, which the broker may close without ending the session. */
  async openChannel(): Promise<Channel> {
    const channel = await this.method(this.#model.createChannel(), 'a channel to be opened');
    // A refusal also rejects the method that caused it; without a listener it would be thrown.
    channel.on('error', () => {});
    return channel;
  }

  /** Ends the session at once, without a good-bye. */
  end(reason: Error): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#endReason = reason;
    this.#socket.abort();
    this.#resolveEnded(reason);
    this.#unblocked.arrived();
  }

  /** Says good-bye to the broker, for at most `closeTimeoutMs`, and ends the session. Idempotent. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.traffic.flush();
    this.#isOpen = false;
    try {
      await waitFor(this.#model.close(), 'the connection to close', {
        timeoutMs: this.#options.closeTimeoutMs,
      });
    } catch {
      // The broker did not answer the good-bye, or cut us off meanwhile: either way it is over.
    } finally {
      this.#socket.abort();
      this.#resolveEnded(new ClosedError('the connection was closed'));
      this.#unblocked.arrived();
    }
  }

  /** A broker that blocks us reads nothing; what it was asked meanwhile it answers after that. */
  async #whileUnblocked<T>(answer: Promise<T>, what: string): Promise<T> {
    for (;;) {
      const beganAt = performance.now();
      try {
        return await waitFor(answer, what, { timeoutMs: this.#options.methodTimeoutMs });
      } catch (error) {
        const wasBlocked = this.isBlocked || this.#unblockedAt > beganAt;
        if (!(error instanceof MessagingTimeout && wasBlocked && this.#isOpen)) throw error;
        await this.unblocked({});
      }
    }
  }

  #watch(): void {
    const ends = (what: string) => (error?: unknown) => {
      this.end(error instanceof Error ? error : new ClosedError(what));
    };
    const { heartbeat, stream } = connectionOf(this.#model);
    const heartbeatMs = heartbeat * 1000;
    const stopWatching = watchPulse(stream, heartbeatMs, () => {
      this.end(new MessagingTimeout(`heard nothing of the broker for ${2 * heartbeatMs} ms`));
    });
    void this.ended.then(stopWatching);
    this.#model.on('error', ends('the connection failed'));
    this.#model.on('close', ends('the broker closed the connection'));
    const onBlocked = (reason: string | undefined): void => {
      if (!this.#isOpen) return;
      if (reason === undefined) this.#unblockedAt = performance.now();
      this.#blockReason = reason;
      this.#onBlocked(reason);
      if (reason === undefined) this.#unblocked.arrived();
    };
    this.#model.on('blocked', onBlocked);
    this.#model.on('unblocked', () => onBlocked(undefined));
    onUnexpectedFrame(this.channel, (error) => this.end(error));
    this.channel.on('error', ends('the channel failed'));
    // First in line: amqplib's own listener fails the unconfirmed publishes, and whoever hears of
    // that has to find the session ended.
    this.channel.prependListener('close', ends('the broker closed the channel'));
    // Without this listener amqplib closes the channel when a callback of ours throws (541).
    this.channel.on('handler-error', ends('a handler of the channel failed'));
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** What `max_message_size` is unless somebody has changed it; the broker does not tell. */
function defaultMaxMessageBytes(model: ChannelModel): number {
  const { serverProperties } = model.connection;
  const major = Number.parseInt(String(serverProperties?.['version'] ?? ''), 10);
  return (major >= 4 ? 16 : 128) * 2 ** 20;
}
