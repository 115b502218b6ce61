import type { Message } from 'amqplib';
import { asBuffer } from '../../as-buffer.ts';
import { MessageDeliveryFailure, MessageUndeliverable, MessagingTimeout } from '../../errors.ts';
import { SlotMap } from '../../slot-map.ts';
import { contentTypes } from '../../wire/body-format.ts';
import type { Demand } from '../demand.ts';
import type { OutgoingMessage } from '../driver.ts';
import { isNotFound, isRefusal } from './connect-failure.ts';
import { type Elsewhere, SecondOpinion } from './second-opinion.ts';
import type { Session } from './session.ts';
import type { Route } from './topology.ts';
import { Unconfirmed } from './unconfirmed.ts';

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
  /** By their tags, in the order of the publishes. */
  readonly #unconfirmed = new SlotMap<number, Unconfirmed>();
  readonly #watchdog: NodeJS.Timeout;
  readonly #secondOpinion: SecondOpinion | undefined;
  /** The routing keys to which something was confirmed. */
  readonly #taken = new Set<string>();
  /** Since when everything is refused that goes to these routing keys. */
  readonly #refusedSince = new Map<string, number>();

  /** @param elsewhere - Without it, the session ends when the broker confirms nothing in time. */
  constructor(session: Session, confirmTimeoutMs: number, elsewhere?: Elsewhere) {
    this.#session = session;
    this.#confirmTimeoutMs = confirmTimeoutMs;
    this.#secondOpinion = elsewhere && new SecondOpinion(elsewhere);
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
  publish(
    route: Route,
    message: OutgoingMessage,
    mandatory: boolean,
    demand?: Demand,
  ): Promise<void> {
    if (!this.#session.isOpen) return Promise.reject(lost('it had ended'));
    try {
      return this.#published(route, message, mandatory, demand);
    } catch (error) {
      return Promise.reject(error); // It can't be written, and is not.
    }
  }

  #published(
    route: Route,
    message: OutgoingMessage,
    mandatory: boolean,
    demand: Demand | undefined,
  ): Promise<void> {
    const body = asBuffer(message.body);
    const tag = this.#publish(route, mandatory, message, body);
    const entry = new Unconfirmed(tag, body, { route, message, mandatory, demand });
    this.#unconfirmed.set(tag, entry);
    return entry.confirmed.promise;
  }

  #publish(route: Route, mandatory: boolean, message: OutgoingMessage, body: Buffer): number {
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
      const entry = this.#unconfirmed.get(tag);
      if (entry !== undefined) this.#settle(entry, isTaken);
      return;
    }
    for (const entry of this.#unconfirmed.values()) {
      if (entry.tag > tag) return;
      this.#settle(entry, isTaken);
    }
  }

  #settle(entry: Unconfirmed, isTaken: boolean): void {
    if (entry.isRefused) return; // It has been answered, and waits for what others say.
    const { confirmed, route, wasReturned } = entry;
    if (!isTaken && !wasReturned && this.#isDoubtful(route)) {
      entry.isRefused = true;
      this.#doubt();
      return;
    }
    this.#unconfirmed.delete(entry.tag);
    if (wasReturned) {
      const where = `exchange '${nameOf(route)}', routing key '${route.routingKey}'`;
      confirmed.reject(new MessageUndeliverable(`no queue takes the message: ${where}`));
    } else if (isTaken) {
      if (this.#taken.size >= maxRemembered) this.#taken.clear();
      this.#taken.add(route.routingKey);
      confirmed.resolve();
    } else {
      confirmed.reject(refused());
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
    for (const { confirmed } of this.#unconfirmed.values()) {
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
    for (const entry of this.#unconfirmed.values()) if (!entry.isRefused) return entry;
    return undefined;
  }

  #isOverdue({ publishedAt }: Unconfirmed): boolean {
    // The broker reads what was published meanwhile only when it blocks us no longer.
    const since = Math.max(publishedAt, this.#session.unblockedAt);
    return performance.now() - since >= this.#confirmTimeoutMs;
  }

  /** What others have been asked about for long enough is refused. */
  #tellRefused(): void {
    for (const { tag, isRefused, route, confirmed } of this.#unconfirmed.values()) {
      if (!isRefused) continue;
      if (this.#refusedForMs(route.routingKey) < this.#confirmTimeoutMs) continue;
      this.#unconfirmed.delete(tag);
      confirmed.reject(refused());
    }
  }

  #doubt(): void {
    void this.#secondOpinion
      ?.seek((tries) => this.#mostDoubtful(tries))
      .then((confirmed) => {
        if (confirmed === undefined) return;
        this.#unconfirmed.delete(confirmed.tag);
        confirmed.confirmed.resolve();
        const why = 'the broker refused here what it takes over another connection';
        this.#session.end(confirmed.isRefused ? new MessageDeliveryFailure(why) : this.#silence());
      });
  }

  /** Of what is refused or overdue, and still wanted, what goes where the fewest tries were made. */
  #mostDoubtful(tries?: ReadonlyMap<string, number>): Unconfirmed | undefined {
    let most: Unconfirmed | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    if (this.#session.isBlocked) return undefined;
    for (const entry of this.#unconfirmed.values()) {
      if (entry.demand?.isOver) continue;
      if (!entry.isRefused && !this.#isOverdue(entry)) continue;
      const tried = tries?.get(entry.route.routingKey) ?? 0;
      if (tried < fewest) [most, fewest] = [entry, tried];
    }
    return most;
  }

  #silence(): Error {
    return new MessagingTimeout(`the broker confirmed nothing for ${this.#confirmTimeoutMs} ms`);
  }
}

function refused(): MessageDeliveryFailure {
  return new MessageDeliveryFailure('the broker refused the message');
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
