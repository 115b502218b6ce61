import { ClosedError, MessageDeliveryFailure, MessagingError } from '../../errors.ts';
import { type Log, shortened } from '../../log.ts';
import { cancelled, onAbort, pause } from '../../waiting.ts';
import type { ConnectionRole, ConnectionStatuses, StatusKeeper } from '../connection-status.ts';
import type { RetryOptions } from '../driver.ts';
import type { TransportHost, TransportUrl } from '../transport-url.ts';
import { Arrivals } from './arrivals.ts';
import {
  type ConnectFailure,
  diagnose,
  isRefusal,
  speaksTlsFailure,
  wasCutOff,
} from './connect-failure.ts';
import { inOrder } from './failover.ts';
import type { ResolvedRabbitOptions } from './rabbit-options.ts';
import { Session } from './session.ts';
import { speaksTls } from './tls-probe.ts';

/** A session that ends sooner than this may end so each time. */
const shortLivedMs = 1_000;
/** The longest pause is at least this where the broker refuses us: only somebody's doing mends that. */
const refusedMaxMs = 5_000;

/** What a {@link Connection} is made of. */
export interface ConnectionOptions {
  /** What it is for; part of its name at the broker. */
  readonly role: ConnectionRole;
  readonly url: TransportUrl;
  readonly options: ResolvedRabbitOptions;
  readonly log: Log;
  /** Where the connection tells its state. */
  readonly statuses: ConnectionStatuses;
  /** Makes a new session fit for its role (topology, prefetch, consumers) before it is used. */
  readonly setUp?: (session: Session) => Promise<void>;
}

/**
 * Keeps one session with the broker open, for as long as it is wanted.
 *
 * The first connection gives up after `connectRetries`, or at once when the broker refuses us; a
 * connection that was lost is made again for ever: to the next host at once, then with full jitter.
 * A new session is set up before anybody gets it, so that whoever has one can rely on the topology.
 */
export class Connection {
  readonly #of: ConnectionOptions;
  readonly #stopping = new AbortController();
  #session: Session | undefined;
  #keeping: Promise<void> | undefined;
  readonly #arrivals = new Arrivals<Session>();
  readonly #status: StatusKeeper;
  readonly #hosts: readonly TransportHost[];
  #nextHost = 0;

  constructor(options: ConnectionOptions) {
    this.#of = options;
    this.#hosts = inOrder(options.url.hosts, options.options.failover);
    this.#status = options.statuses.keep(options.role);
  }

  /**
   * Resolves with a session that is set up: the one there is, or the next.
   *
   * @throws {@link MessageDeliveryFailure} when the first connection could not be made, or more
   * attempts failed than `retry` bears; {@link ClosedError} after `close()`; and as the options say.
   */
  session(options: RetryOptions = {}): Promise<Session> {
    const what = 'a connection to the broker';
    if (options.signal?.aborted) return Promise.reject(cancelled(what, options.signal));
    const session = this.current;
    if (session !== undefined) return Promise.resolve(session);
    if (this.#stopping.signal.aborted) return Promise.reject(this.#stopping.signal.reason);
    const arrival = this.#arrivals.wait(what, options);
    this.#keeping ??= this.#keep();
    return arrival;
  }

  /** The session, when there is one that can be used at once. */
  get current(): Session | undefined {
    return this.#session?.isOpen ? this.#session : undefined;
  }

  /**
   * Uses a session with the next host beside the one there is, for this alone: it is not set up, nobody
   * is told of it, and it ends with its use. A host that was of use is the next that is connected to.
   */
  async beside(use: (session: Session) => Promise<void>, signal: AbortSignal): Promise<void> {
    const turn = this.#nextHost++;
    const session = await this.#open(this.#hostOf(turn), signal);
    const ignoreSignal = onAbort(signal, () => session.end(cancelled('another session', signal)));
    try {
      await use(session);
      this.#nextHost = turn;
      await session.close();
    } finally {
      ignoreSignal();
      session.end(new ClosedError('it was of no use'));
    }
  }

  /** Says good-bye and ends whatever waits; resolves when nothing is left. Idempotent. */
  async close(): Promise<void> {
    this.#stopping.abort(new ClosedError(`the ${this.#of.role} connection was closed`));
    this.#arrivals.failed(this.#stopping.signal.reason);
    await this.#session?.close();
    await this.#keeping;
    this.#status.closed();
  }

  /** The one owner of the loop: it ends with `close()` or a first connection that failed. */
  async #keep(): Promise<void> {
    const { signal } = this.#stopping;
    this.#status.connecting();
    let refusals = 0;
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      let session: Session;
      try {
        session = await this.#connect(isFirst);
      } catch (error) {
        // A later `session()` begins anew, with a first connection of its own.
        this.#keeping = undefined;
        if (!signal.aborted) this.#status.gaveUp(error as Error);
        this.#arrivals.failed(error);
        return;
      }
      this.#session = session;
      const beganAt = performance.now();
      this.#arrivals.arrived(session);
      const reason = await session.ended;
      this.#session = undefined;
      if (signal.aborted) return;
      this.#status.connecting(reason);
      this.#of.log.warn(
        { role: this.#of.role, reason: reason.message },
        'lost the connection to the broker; connecting again',
      );
      // At once, unless it was lost as soon as it was made: it might be each time. It will be where the
      // broker refuses what is sent again over the next one.
      const isShortLived = performance.now() - beganAt < shortLivedMs;
      refusals = isShortLived && isRefusal(reason) ? refusals + 1 : 0;
      const leastMaxMs = refusals > 0 ? refusedMaxMs : undefined;
      if (isShortLived) await pause(this.#jittered(1 + refusals, leastMaxMs), signal);
    }
  }

  async #connect(isFirst: boolean): Promise<Session> {
    const { role, url, options, log } = this.#of;
    const { signal } = this.#stopping;
    // A try takes each host in turn.
    const tries = isFirst ? 1 + options.connectRetries : Number.POSITIVE_INFINITY;
    const attempts = tries * url.hosts.length;
    let refusals = 0;
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      const host = this.#hostOf(this.#nextHost++);
      try {
        const session = await this.#attempt(host);
        this.#status.connected(nameOf(host));
        session.onBlocked((reason) => this.#onBlocked(reason));
        if (!isFirst || attempt > 0)
          log.info({ role, host: nameOf(host) }, 'connected to the broker');
        return session;
      } catch (error) {
        signal.throwIfAborted();
        const failure = await this.#diagnose(host, error, isFirst);
        this.#status.failed(nameOf(host), failure.text);
        if (isFirst && failure.isFinal) throw refused(host, failure, error);
        if (attempt + 1 >= attempts) throw unreachable(url, attempt + 1, failure, error);
        this.#arrivals.tried(unreachable(url, attempt + 1, failure, error));
        refusals = failure.isFinal ? refusals + 1 : 0;
        const delayMs = this.#delayAfter(attempt, refusals);
        const fields = { role, host: nameOf(host), attempt: attempt + 1, delayMs };
        // What time alone will not mend has somebody to be called for.
        log[failure.isFinal ? 'error' : 'warn'](
          { ...fields, reason: failure.text },
          'could not connect to the broker; trying again',
        );
        await pause(delayMs, signal);
      }
    }
  }

  async #attempt(host: TransportHost): Promise<Session> {
    const { signal } = this.#stopping;
    const session = await this.#open(host, signal);
    const onStop = (): void => session.end(signal.reason);
    signal.addEventListener('abort', onStop, { once: true });
    try {
      await this.#of.setUp?.(session);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    } finally {
      signal.removeEventListener('abort', onStop);
    }
  }

  #open(host: TransportHost, signal: AbortSignal): Promise<Session> {
    const { role, url, options, log } = this.#of;
    if (options.tls?.dangerouslyAcceptAnyServer) {
      log.warn({ role, host: nameOf(host) }, 'connecting to whoever answers: TLS verifies nothing');
    }
    const connectionName = `greenroom:${process.pid}:${role}`;
    const { virtualHost } = url;
    return Session.open({ host, virtualHost, connectionName, options }, signal);
  }

  #hostOf(turn: number): TransportHost {
    const host = this.#hosts[turn % this.#hosts.length];
    if (host === undefined) throw new MessageDeliveryFailure('the transport URL names no host');
    return host;
  }

  #onBlocked(reason: string | undefined): void {
    const { role, log } = this.#of;
    const { host, since } = this.#status.current;
    this.#status.blocked(reason);
    const forMs = Date.now() - since;
    if (reason === undefined) log.info({ role, host, forMs }, 'the broker takes messages again');
    else
      log.warn({ role, host, reason: shortened(reason) }, 'the broker takes no messages for now');
  }

  async #diagnose(host: TransportHost, error: unknown, isFirst: boolean): Promise<ConnectFailure> {
    const { url, options } = this.#of;
    const { signal } = this.#stopping;
    const failure = diagnose(error, url.virtualHost);
    // A port that we have been connected to over plain TCP has not begun to speak TLS.
    if (!isFirst || options.tls !== undefined || !wasCutOff(error)) return failure;
    const isTls = await speaksTls(host, options.handshakeTimeoutMs, signal);
    signal.throwIfAborted();
    return isTls ? speaksTlsFailure : failure;
  }

  // A try takes each host in turn; before the next one comes a pause. However long the broker was away, its
  // first refusal may be for what is over already, such as a queue that is yet to be declared elsewhere.
  #delayAfter(attempt: number, refusals: number): number {
    if (attempt + 1 < this.#hosts.length) return 0;
    return refusals > 0 ? this.#jittered(refusals - 1, refusedMaxMs) : this.#jittered(attempt);
  }

  // Full jitter keeps a fleet that lost its broker together from coming back together. A library's
  // back-off would sleep on after `close()`, so the one line is ours.
  #jittered(attempt: number, leastMaxMs = 0): number {
    const { retryInitialMs, retryMaxMs } = this.#of.options;
    const maxMs = Math.max(retryMaxMs, leastMaxMs);
    return Math.round(Math.random() * Math.min(maxMs, retryInitialMs * 2 ** attempt));
  }
}

function nameOf(host: TransportHost): string {
  return `${host.hostname}:${host.port}`;
}

function refused(host: TransportHost, failure: ConnectFailure, cause: unknown): Error {
  if (cause instanceof MessagingError) return cause;
  return new MessageDeliveryFailure(`the broker at ${nameOf(host)} ${failure.text}`, { cause });
}

function unreachable(
  url: TransportUrl,
  attempts: number,
  failure: ConnectFailure,
  cause: unknown,
): Error {
  const hosts = url.hosts.map(nameOf).join(', ');
  return new MessageDeliveryFailure(
    `could not connect to the broker at ${hosts} after ${attempts === 1 ? 'one attempt' : `${attempts} attempts`}: ${failure.text}`,
    { cause },
  );
}
