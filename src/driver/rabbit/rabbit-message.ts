import type { IncomingMessage } from '../driver.ts';
import type { Delivery } from './frames/delivery.ts';
import type { Session } from './session.ts';

/** A delivery of one session; once that session is over its verbs do nothing. */
export class RabbitMessage implements IncomingMessage {
  readonly arrivedAt: number = performance.now();
  // A body of more than one piece has been put together in a buffer that is for it alone.
  readonly ownsBody = true;
  readonly #session: Session;
  readonly #delivery: Delivery;
  readonly #isFromStream: boolean;
  #headers: Readonly<Record<string, unknown>> | undefined;
  #isSettled = false;

  constructor(session: Session, delivery: Delivery, isFromStream: boolean) {
    this.#session = session;
    this.#delivery = delivery;
    this.#isFromStream = isFromStream;
    session.traffic.arrived(delivery.deliveryTag);
  }

  get body(): Uint8Array {
    return this.#delivery.body;
  }

  get contentType(): string | undefined {
    return this.#delivery.contentType;
  }

  get headers(): Readonly<Record<string, unknown>> {
    this.#headers ??= ownHeaders(this.#delivery.headers);
    return this.#headers;
  }

  get expirationMs(): number | undefined {
    const { expiration } = this.#delivery;
    return expiration !== undefined && /^\d{1,15}$/.test(expiration)
      ? Number(expiration)
      : undefined;
  }

  /** Its place in the stream, if it came from one: elsewhere the header says what a sender likes. */
  get streamOffset(): number | undefined {
    if (!this.#isFromStream) return undefined;
    const offset = this.headers['x-stream-offset'];
    return typeof offset === 'number' ? offset : undefined;
  }

  get redelivered(): boolean {
    return this.#delivery.redelivered;
  }

  acknowledge(): void {
    if (this.#settles()) this.#session.traffic.acknowledge(this.#delivery.deliveryTag);
  }

  // RabbitMQ 4 counts towards a queue's delivery limit what is rejected, and not what is nacked; 3
  // counts both.
  requeue(): void {
    if (this.#settles()) this.#session.traffic.requeue(this.#delivery.deliveryTag);
  }

  retry(): void {
    if (this.#settles()) this.#session.traffic.reject(this.#delivery.deliveryTag, true);
  }

  reject(): void {
    if (this.#settles()) this.#session.traffic.reject(this.#delivery.deliveryTag, false);
  }

  /** Whether the verb counts: it is the first, and the connection it came by is still there. */
  #settles(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    return this.#session.isOpen;
  }
}

/** amqplib lets a header named `__proto__` set the table's prototype; own keys are what was sent. */
function ownHeaders(table: object | undefined): Readonly<Record<string, unknown>> {
  // As nearly all messages come.
  if (table === undefined || Object.keys(table).length === 0) return noHeaders;
  return Object.assign(Object.create(null), table);
}

const noHeaders: Readonly<Record<string, unknown>> = Object.freeze(Object.create(null));
