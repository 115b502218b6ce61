import type { Message } from 'amqplib';
import { MessageDeliveryFailure, MessageUndeliverable, MessagingTimeout } from '../../errors.ts';
import { type Deferred, deferred } from '../../waiting.ts';
import { contentTypes } from '../../wire/body-format.ts';
import type { Demand } from '../demand.ts';
import type { OutgoingMessage } from '../driver.ts';
import { isNotFound, isRefusal } from './connect-failure.ts';
import { Publisher } from './publisher.ts';
import { type Doubted, type Elsewhere, SecondOpinion } from './second-opinion.ts';
import type { Session } from './session.ts';
import type { Route } from './topology.ts';

interface Unconfirmed extends Doubted {
  readonly body: Buffer;
  readonly confirmed: Deferred<void>;
  readonly publishedAt: number;
  wasReturned: boolean;
  /** What the broker said that refused it, while another connection is asked for its opinion. */
  refusal: unknown;
}

/** So many routing keys are remembered, of those to which something was confirmed or refused. */
const maxRemembered = 10_000;

/**
 * Publishes over one session, and matches what the broker says to what was published.
 *
 * A mandatory message that no queue takes comes back *and* is confirmed (the return first), so a
 * confirm alone does not mean that anybody got it. The wire has no message id of AMQP's own, so a
 * return is matched by its route and its bytes; returns come in the order of the publishes.
 *
 * What is not confirmed in time, or refused although nothing was ever taken here that goes the same way, is
 * tried elsewhere: the session ends when another connection gets it confirmed.
 */
export class Confirms {
  readonly #session: Session;
  readonly #confirmTimeoutMs: number;
  readonly #publisher: Publisher;
  readonly #unconfirmed = new Set<Unconfirmed>();
  readonly #watchdog: NodeJS.Timeout;
  readonly #secondOpinion: SecondOpinion | undefined;
  /** The routing keys to which something was confirmed. */
  readonly #taken = new Set<string>();
  /** Since when everything is refused that goes to these routing keys. */
  readonly #refusedSince = new Map<string, number>();

  /** @param elsewhere - Without it, the session ends when the broker confirms nothing in time. */
  constructor(session: Session, confirmTimeoutMs: number, elsewhere?: Elsewhere) {
    this.#session = session;
    this.#publisher = new Publisher(session.channel);
    this.#confirmTimeoutMs = confirmTimeoutMs;
    this.#secondOpinion = elsewhere && new SecondOpinion(elsewhere);
    // One a session: most messages are confirmed before another is published.
    this.#watchdog = setInterval(() => this.#watch(), confirmTimeoutMs / 4);
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
  publish(
    route: Route,
    message: OutgoingMessage,
    mandatory: boolean,
    demand?: Demand,
  ): Promise<void> {
    if (!this.#session.isOpen) return Promise.reject(lost('it had ended'));
    const { buffer, byteOffset, byteLength } = message.body;
    const entry: Unconfirmed = {
      route,
      message,
      body: Buffer.from(buffer, byteOffset, byteLength),
      mandatory,
      demand,
      confirmed: deferred<void>(),
      publishedAt: performance.now(),
      wasReturned: false,
      refusal: undefined,
    };
    this.#publish(entry, message);
    this.#unconfirmed.add(entry);
    return entry.confirmed.promise;
  }

  #publish(entry: Unconfirmed, message: OutgoingMessage): void {
    const { route, mandatory } = entry;
    const { contentType = contentTypes.json } = message;
    this.#publisher.publish(
      {
        exchange: nameOf(route),
        routingKey: route.routingKey,
        mandatory,
        contentType,
        contentEncoding: contentType === contentTypes.json ? 'utf-8' : 'binary',
        headers: headersOf(message),
        expiration: message.expirationMs?.toString(),
        body: entry.body,
      },
      (error) => this.#onConfirm(entry, error),
    );
  }

  #onReturn({ fields, content }: Message): void {
    for (const entry of this.#unconfirmed) {
      const { route, body, mandatory, wasReturned } = entry;
      if (!mandatory || wasReturned || route.routingKey !== fields.routingKey) continue;
      if (nameOf(route) !== fields.exchange || !body.equals(content)) continue;
      entry.wasReturned = true;
      return;
    }
  }

  #onConfirm(entry: Unconfirmed, error: unknown): void {
    if (!this.#session.isOpen) return; // #onEnd has settled, or settles, everything that is left.
    const { confirmed, route, wasReturned } = entry;
    if (error && !wasReturned && this.#isDoubtful(route)) {
      entry.refusal = error;
      this.#doubt();
      return;
    }
    this.#unconfirmed.delete(entry);
    if (wasReturned) {
      const where = `exchange '${nameOf(route)}', routing key '${route.routingKey}'`;
      confirmed.reject(new MessageUndeliverable(`no queue takes the message: ${where}`));
    } else if (error) {
      confirmed.reject(refused(error));
    } else {
      if (this.#taken.size >= maxRemembered) this.#taken.clear();
      this.#taken.add(route.routingKey);
      confirmed.resolve();
    }
  }

  /**
   * Whether a refusal may be the channel's fault: RabbitMQ before 3.13 goes on refusing what is published to
   * a quorum queue on a channel that was opened between two leaders. A queue that is full refuses too, on
   * every channel: for a while nobody is asked about it then.
   */
  #isDoubtful({ routingKey }: Route): boolean {
    if (this.#secondOpinion === undefined || this.#taken.has(routingKey)) return false;
    const refusedForMs = this.#refusedForMs(routingKey);
    if (refusedForMs > 0 && refusedForMs <= 2 * this.#confirmTimeoutMs) {
      return refusedForMs < this.#confirmTimeoutMs;
    }
    if (this.#refusedSince.size >= maxRemembered) this.#refusedSince.clear();
    this.#refusedSince.set(routingKey, performance.now());
    return true;
  }

  #refusedForMs(routingKey: string): number {
    const now = performance.now();
    return now - (this.#refusedSince.get(routingKey) ?? now);
  }

  #onEnd(reason: Error): void {
    clearInterval(this.#watchdog);
    // The broker does not say which message it refuses. An exchange that is gone is declared again.
    const isKnown = this.#unconfirmed.size === 1 && isRefusal(reason) && !isNotFound(reason);
    for (const { confirmed } of this.#unconfirmed) {
      confirmed.reject(isKnown ? reason : lost(reason.message, reason));
    }
    this.#unconfirmed.clear();
  }

  #watch(): void {
    this.#tellRefused();
    if (this.#session.isBlocked) return;
    const oldest = this.#oldestUnanswered();
    if (oldest === undefined || !this.#isOverdue(oldest)) return;
    // With nobody who wants anything of it there is nothing to try elsewhere, and nothing to lose.
    const isWanted = this.#secondOpinion !== undefined && this.#mostDoubtful() !== undefined;
    if (isWanted) this.#doubt();
    else this.#session.end(this.#silence());
  }

  #oldestUnanswered(): Unconfirmed | undefined {
    for (const entry of this.#unconfirmed) if (entry.refusal === undefined) return entry;
    return undefined;
  }

  #isOverdue({ publishedAt }: Unconfirmed): boolean {
    // The broker reads what was published meanwhile only when it blocks us no longer.
    const since = Math.max(publishedAt, this.#session.unblockedAt);
    return performance.now() - since >= this.#confirmTimeoutMs;
  }

  /** What others have been asked about for long enough is refused. */
  #tellRefused(): void {
    for (const entry of this.#unconfirmed) {
      const { refusal, route, confirmed } = entry;
      if (refusal === undefined) continue;
      if (this.#refusedForMs(route.routingKey) < this.#confirmTimeoutMs) continue;
      this.#unconfirmed.delete(entry);
      confirmed.reject(refused(refusal));
    }
  }

  #doubt(): void {
    void this.#secondOpinion
      ?.seek((tries) => this.#mostDoubtful(tries))
      .then((confirmed) => {
        if (confirmed === undefined) return;
        this.#unconfirmed.delete(confirmed);
        confirmed.confirmed.resolve();
        const why = 'the broker refused here what it takes over another connection';
        const wasRefused = confirmed.refusal !== undefined;
        this.#session.end(wasRefused ? new MessageDeliveryFailure(why) : this.#silence());
      });
  }

  /** Of what is refused or overdue, and still wanted, what goes where the fewest tries were made. */
  #mostDoubtful(tries?: ReadonlyMap<string, number>): Unconfirmed | undefined {
    let most: Unconfirmed | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    if (this.#session.isBlocked) return undefined;
    for (const entry of this.#unconfirmed) {
      if (entry.demand?.isOver) continue;
      if (entry.refusal === undefined && !this.#isOverdue(entry)) continue;
      const tried = tries?.get(entry.route.routingKey) ?? 0;
      if (tried < fewest) [most, fewest] = [entry, tried];
    }
    return most;
  }

  #silence(): Error {
    return new MessagingTimeout(`the broker confirmed nothing for ${this.#confirmTimeoutMs} ms`);
  }
}

function refused(cause: unknown): MessageDeliveryFailure {
  return new MessageDeliveryFailure('the broker refused the message', { cause });
}

function lost(why: string, cause?: Error): MessageDeliveryFailure {
  const text = `the connection was lost before the broker confirmed: ${why}`;
  return new MessageDeliveryFailure(text, { cause });
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
