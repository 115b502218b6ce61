import type { Message } from 'amqplib';
import { MessageDeliveryFailure, MessageUndeliverable, MessagingTimeout } from '../../errors.ts';
import { type Deferred, deferred } from '../../waiting.ts';
import { contentTypes } from '../../wire/body-format.ts';
import type { OutgoingMessage } from '../driver.ts';
import { isNotFound, isRefusal } from './connect-failure.ts';
import type { Session } from './session.ts';
import type { Route } from './topology.ts';

interface Unconfirmed {
  readonly route: Route;
  readonly body: Buffer;
  readonly mandatory: boolean;
  readonly confirmed: Deferred<void>;
  readonly publishedAt: number;
  wasReturned: boolean;
}

/**
 * Publishes over one session, and matches what the broker says to what was published.
 *
 * A mandatory message that no queue takes comes back *and* is confirmed (the return first), so a
 * confirm alone does not mean that anybody got it. The wire has no message id of AMQP's own, so a
 * return is matched by its route and its bytes; returns come in the order of the publishes.
 */
export class Confirms {
  readonly #session: Session;
  readonly #confirmTimeoutMs: number;
  /** By their tags, in the order of the publishes. */
  readonly #unconfirmed = new Map<number, Unconfirmed>();
  readonly #watchdog: NodeJS.Timeout;

  constructor(session: Session, confirmTimeoutMs: number) {
    this.#session = session;
    this.#confirmTimeoutMs = confirmTimeoutMs;
    // One a session: most messages are confirmed before another is published.
    this.#watchdog = setInterval(() => this.#watch(), confirmTimeoutMs / 4);
    session.traffic.onConfirm((tag, multiple, isTaken) => this.#onConfirm(tag, multiple, isTaken));
    session.channel.on('return', (message: Message) => this.#onReturn(message));
    void session.ended.then((reason) => this.#onEnd(reason));
  }

  /**
   * Publishes a persistent message and resolves when the broker has confirmed it.
   *
   * @throws {@link MessageUndeliverable}, {@link MessageDeliveryFailure} when the broker refuses
   * it, whose `cause` is the reason when the session ends first: the broker may have it or not; and
   * amqplib's error when the broker ended the session to refuse it, and it can be no other.
   */
  publish(route: Route, message: OutgoingMessage, mandatory: boolean): Promise<void> {
    if (!this.#session.isOpen) return Promise.reject(lost('it had ended'));
    const entry: Unconfirmed = {
      route,
      body: asBuffer(message.body),
      mandatory,
      confirmed: deferred<void>(),
      publishedAt: performance.now(),
      wasReturned: false,
    };
    this.#unconfirmed.set(this.#publish(entry, message), entry);
    return entry.confirmed.promise;
  }

  #publish({ route, mandatory, body }: Unconfirmed, message: OutgoingMessage): number {
    const { contentType = contentTypes.json } = message;
    return this.#session.traffic.publish({
      exchange: nameOf(route),
      routingKey: route.routingKey,
      mandatory,
      contentType,
      contentEncoding: contentType === contentTypes.json ? 'utf-8' : 'binary',
      headers: headersOf(message),
      expiration: message.expirationMs?.toString(),
      body,
    });
  }

  #onReturn({ fields, content }: Message): void {
    for (const entry of this.#unconfirmed.values()) {
      const { route, body, mandatory, wasReturned } = entry;
      if (!mandatory || wasReturned || route.routingKey !== fields.routingKey) continue;
      if (nameOf(route) !== fields.exchange || !body.equals(content)) continue;
      entry.wasReturned = true;
      return;
    }
  }

  #onConfirm(tag: number, multiple: boolean, isTaken: boolean): void {
    if (!this.#session.isOpen) return; // #onEnd has settled, or settles, everything that is left.
    if (!multiple) {
      this.#settle(tag, isTaken);
      return;
    }
    for (const each of this.#unconfirmed.keys()) {
      if (each > tag) return;
      this.#settle(each, isTaken);
    }
  }

  #settle(tag: number, isTaken: boolean): void {
    const entry = this.#unconfirmed.get(tag);
    if (entry === undefined) return;
    this.#unconfirmed.delete(tag);
    const { confirmed, route, wasReturned } = entry;
    if (wasReturned) {
      const where = `exchange '${nameOf(route)}', routing key '${route.routingKey}'`;
      confirmed.reject(new MessageUndeliverable(`no queue takes the message: ${where}`));
    } else if (isTaken) {
      confirmed.resolve();
    } else {
      confirmed.reject(
        new MessageDeliveryFailure('the broker refused the message: it has nacked it'),
      );
    }
  }

  #onEnd(reason: Error): void {
    clearInterval(this.#watchdog);
    // The broker does not say which message it refuses. An exchange that is gone is declared again.
    const isKnown = this.#unconfirmed.size === 1 && isRefusal(reason) && !isNotFound(reason);
    for (const { confirmed } of this.#unconfirmed.values()) {
      confirmed.reject(isKnown ? reason : lost(reason.message, reason));
    }
    this.#unconfirmed.clear();
  }

  // A broker that lost the queue's leader neither confirms nor fails; only a new session helps.
  #watch(): void {
    const [oldest] = this.#unconfirmed.values();
    if (oldest === undefined || this.#session.isBlocked) return;
    // The broker reads what was published meanwhile only when it blocks us no longer.
    const since = Math.max(oldest.publishedAt, this.#session.unblockedAt);
    if (performance.now() - since < this.#confirmTimeoutMs) return;
    this.#session.end(
      new MessagingTimeout(`the broker confirmed nothing for ${this.#confirmTimeoutMs} ms`),
    );
  }
}

function lost(why: string, cause?: Error): MessageDeliveryFailure {
  const text = `the connection was lost before the broker confirmed: ${why}`;
  return new MessageDeliveryFailure(text, { cause });
}

function asBuffer(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const noHeaders: Readonly<Record<string, string>> = Object.freeze({});

function headersOf({
  compression,
  headers = noHeaders,
}: OutgoingMessage): Readonly<Record<string, string>> {
  return compression === undefined ? headers : { ...headers, compression };
}

/** The exchange's name as AMQP has it: empty for the default exchange. */
function nameOf(route: Route): string {
  return route.exchange?.name ?? '';
}
