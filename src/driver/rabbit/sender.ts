import type { Channel } from 'amqplib';
import {
  CallCancelled,
  ClosedError,
  MessageDeliveryFailure,
  MessageTooLarge,
  MessagingError,
  MessagingTimeout,
} from '../../errors.ts';
import { cancelled, type WaitOptions, waitFor } from '../../waiting.ts';
import { Demand } from '../demand.ts';
import type { OutgoingMessage, SendOptions } from '../driver.ts';
import type { Outbound } from '../outbound.ts';
import { Confirms } from './confirms.ts';
import { isRefusal } from './connect-failure.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { declareBoundQueue, declareExchange } from './declaring.ts';
import { isConsumed } from './is-consumed.ts';
import type { Doubted, Elsewhere } from './second-opinion.ts';
import type { Session } from './session.ts';
import type { Route } from './topology.ts';

/** What the sender has of one session; gone with it. */
interface Outlet {
  readonly session: Session;
  readonly confirms: Confirms;
  readonly declared: Map<string, Promise<void>>;
}

/**
 * Publishes over a connection of its own, with confirms.
 *
 * A message whose connection was lost before its confirm is published again, with the same
 * `_unique_id`, for as long as the caller waits: it may then arrive twice, and the receiver's
 * memory of ids drops the second. Source: oslo-wire.md 12.
 */
export class Sender {
  readonly #connection: Connection;
  readonly #outbound: Outbound;
  readonly #confirmTimeoutMs: number;
  #outlet: Outlet | undefined;

  constructor(connection: Omit<ConnectionOptions, 'role' | 'setUp'>, outbound: Outbound) {
    this.#outbound = outbound;
    this.#confirmTimeoutMs = connection.options.confirmTimeoutMs;
    const elsewhere: Elsewhere = {
      publish: (doubted, signal) => this.#publishElsewhere(doubted, signal),
      firstPauseMs: connection.options.retryInitialMs,
      maxPauseMs: connection.options.retryMaxMs,
    };
    this.#connection = new Connection({
      ...connection,
      role: 'send',
      setUp: async (session) => {
        const confirms = new Confirms(session, this.#confirmTimeoutMs, elsewhere);
        this.#outlet = { session, confirms, declared: new Map() };
      },
    });
  }

  /** Makes sure that there is a connection. */
  async open(options: SendOptions): Promise<void> {
    await this.#connection.session(options);
  }

  /** Publishes until it is confirmed, returned, refused, or the caller will wait no longer. */
  send(route: Route, message: OutgoingMessage, options: SendOptions): Promise<void> {
    const { signal, timeoutMs } = options;
    if (signal === undefined && timeoutMs === undefined) {
      return this.#sendUntilConfirmed(route, message, options);
    }
    const what = `the broker to take a message for '${route.routingKey}'`;
    if (signal?.aborted) return Promise.reject(cancelled(what, signal));
    const demand = new Demand();
    const { mandatory = false, retry, publishBefore } = options;
    const demanded = { mandatory, retry, publishBefore, demand };
    const sent = this.#sendUntilConfirmed(route, message, demanded);
    return waitFor(sent, what, options).then(
      () => demand.end(),
      (error: unknown) => {
        demand.end();
        const isGivenUp = error instanceof MessagingTimeout || error instanceof CallCancelled;
        throw demand.isPublished && isGivenUp ? unknown(error) : error;
      },
    );
  }

  /** Asks the broker whether a queue is there and consumed, on a channel that is for this alone. */
  async hasConsumer(queue: string, options: WaitOptions): Promise<boolean> {
    const session = await this.#connection.session(options);
    // It would not read the question.
    await session.unblocked(options);
    return await waitFor(isConsumed(session, queue), `the consumers of queue ${queue}`, options);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #sendUntilConfirmed(route: Route, message: OutgoingMessage, options: SendOptions): Promise<void> {
    const { byteLength } = message.body;
    // Until it has settled, and not its sender's wait: a blocked connection keeps what was written to it.
    this.#outbound.enter(byteLength);
    return this.#publish(route, message, options).then(
      () => this.#outbound.left(byteLength),
      (error: unknown) => {
        this.#outbound.left(byteLength);
        throw error;
      },
    );
  }

  /** Nearly all can be published at once, and are confirmed; no frame of an async function is kept for those. */
  #publish(route: Route, message: OutgoingMessage, options: SendOptions): Promise<void> {
    const { mandatory = false, demand } = options;
    const outlet = this.#open();
    const isReady =
      outlet !== undefined &&
      message.body.byteLength <= outlet.session.maxMessageBytes &&
      (route.exchange === undefined || outlet.declared.get(neededFor(route)) === settled) &&
      demand?.isOver !== true;
    if (!isReady) return this.#publishWhenOpen(route, message, options, false);
    if (demand !== undefined) demand.isPublished = true;
    return outlet.confirms.publish(route, message, mandatory, demand).catch((error: unknown) => {
      this.#assertMayTryAgain(error, outlet, demand);
      return this.#publishWhenOpen(route, message, options, true);
    });
  }

  /** Publishes over a session when there is one, and if that is lost over the next, until it has settled. */
  async #publishWhenOpen(
    route: Route,
    message: OutgoingMessage,
    options: SendOptions,
    wasPublished: boolean,
  ): Promise<void> {
    const { mandatory = false, demand } = options;
    const { byteLength } = message.body;
    let isPublished = wasPublished;
    for (;;) {
      const outlet = this.#open() ?? (await this.#waitForOutlet(options, isPublished));
      const { maxMessageBytes } = outlet.session;
      if (byteLength > maxMessageBytes) throw tooLarge(byteLength, maxMessageBytes);
      try {
        const declaring = this.#declare(outlet, route);
        if (declaring !== undefined) await declaring;
        if (demand?.isOver) return; // What was not sent yet must not be.
        isPublished = true;
        if (demand !== undefined) demand.isPublished = true;
        return await outlet.confirms.publish(route, message, mandatory, demand);
      } catch (error) {
        this.#assertMayTryAgain(error, outlet, demand);
      }
    }
  }

  /** Whatever failed because the session ended can be tried again on the next, but for what was refused. */
  #assertMayTryAgain(error: unknown, outlet: Outlet, demand: Demand | undefined): void {
    if (isRefusal(error)) throw refused(error);
    if (outlet.session.isOpen || demand?.isOver) throw error;
  }

  #publishElsewhere(
    { route, message, mandatory, demand }: Doubted,
    signal: AbortSignal,
  ): Promise<void> {
    return this.#connection.beside(async (session) => {
      if (demand?.isOver) throw new ClosedError('nobody waits for it any more');
      await new Confirms(session, this.#confirmTimeoutMs).publish(route, message, mandatory);
    }, signal);
  }

  #open(): Outlet | undefined {
    const session = this.#connection.current;
    if (session === undefined || session.isBlocked) return undefined;
    return this.#outlet?.session.isOpen ? this.#outlet : undefined;
  }

  /**
   * Waits for a session on which the broker takes messages, no longer than the sender does.
   *
   * @param isPublished - Whether the message was published already, over a session that was lost.
   */
  async #waitForOutlet(
    { retry, publishBefore, demand }: SendOptions,
    isPublished: boolean,
  ): Promise<Outlet> {
    const signal = demand?.signal;
    try {
      for (;;) {
        const timeoutMs = publishBefore && publishBefore - performance.now();
        const session = await this.#connection.session({ retry, signal, timeoutMs });
        await session.unblocked({ signal, timeoutMs });
        const outlet = this.#open();
        if (outlet !== undefined) return outlet;
      }
    } catch (error) {
      throw isPublished ? unknown(error) : error;
    }
  }

  /** Declares what the route needs the first time that this session publishes to it. */
  #declare(outlet: Outlet, route: Route): Promise<void> | undefined {
    const { exchange, queue, routingKey } = route;
    if (exchange === undefined) return undefined;
    const needed = neededFor(route);
    const known = outlet.declared.get(needed);
    if (known === settled) return undefined;
    if (known !== undefined) return known;
    const { session, declared } = outlet;
    const declaring = declareAside(outlet, needed, (channel) =>
      queue === undefined
        ? declareExchange(session, exchange, channel)
        : declareBoundQueue(session, { queue, bindings: [{ exchange, key: routingKey }] }, channel),
    );
    declared.set(needed, declaring);
    return declaring;
  }
}

/** What has to be declared for a route, in words. */
function neededFor({ exchange, queue }: Route): string {
  const name = exchange?.name ?? '';
  return queue === undefined ? name : `${name}\n${queue.name}`;
}

/** One bad exchange must not take the messages with it that are under way to others. */
async function declareAside(
  { session, declared }: Outlet,
  needed: string,
  declare: (channel: Channel) => Promise<void>,
): Promise<void> {
  try {
    await session.aside(declare);
    declared.set(needed, settled);
  } catch (error) {
    // It may be there as it should be by the next time.
    declared.delete(needed);
    throw error;
  }
}

function refused(cause: Error): MessageDeliveryFailure {
  return new MessageDeliveryFailure(`the broker refused: ${cause.message}`, { cause });
}

const outcomeUnknown =
  'it was published and is not confirmed, so whether it is delivered is unknown';

/** A sender that goes on as if it had failed might have it done twice. */
function unknown(error: unknown): unknown {
  const known = [MessagingTimeout, CallCancelled, ClosedError, MessageDeliveryFailure];
  const ErrorClass = known.find((each) => error instanceof each);
  if (ErrorClass === undefined || !(error instanceof MessagingError)) return error;
  if (error.message.endsWith(outcomeUnknown)) return error;
  const { message, cause = error } = error;
  return new ErrorClass(`${message}: ${outcomeUnknown}`, { cause });
}

function tooLarge(bytes: number, maxBytes: number): MessageTooLarge {
  return new MessageTooLarge(
    `the message has ${bytes} bytes, and the broker takes ${maxBytes}: send less, compress it, or raise ` +
      'max_message_size there and rabbit.maxMessageBytes here',
  );
}

/** Marks what is known to be declared, so that later sends wait for nothing. */
const settled = Promise.resolve();
