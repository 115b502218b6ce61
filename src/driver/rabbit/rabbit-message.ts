import type { ConsumeMessage } from 'amqplib';
import type { IncomingMessage } from '../driver.ts';
import type { Session } from './session.ts';

/** A delivery of one session; once that session is over its verbs do nothing. */
export class RabbitMessage implements IncomingMessage {
  readonly arrivedAt: number = performance.now();
  // amqplib puts a body of more than one frame together in a buffer that is for it alone.
  readonly ownsBody = true;
  readonly #session: Session;
  readonly #delivery: ConsumeMessage;
  readonly #isFromStream: boolean;
  #headers: Readonly<Record<string, unknown>> | undefined;
  #isSettled = false;

  constructor(session: Session, delivery: ConsumeMessage, isFromStream: boolean) {
    this.#session = session;
    this.#delivery = delivery;
    this.#isFromStream = isFromStream;
    session.acknowledgements.add(delivery);
  }

  get body(): Uint8Array {
    return this.#delivery.content;
  }

  get contentType(): string | undefined {
    return this.#delivery.properties.contentType;
  }

  get headers(): Readonly<Record<string, unknown>> {
    this.#headers ??= ownHeaders(this.#delivery.properties.headers);
    return this.#headers;
  }

  get expirationMs(): number | undefined {
    const { expiration } = this.#delivery.properties;
    return typeof expiration === 'string' && /^\d{1,15}$/.test(expiration)
      ? Number(expiration)
      : undefined;
  }

  /** Its place in the stream, if it came from one: elsewhere the header says what a sender likes. */
  get streamOffset(): number | undefined {
    if (!this.#isFromStream) return undefined;
    const offset: unknown = this.#delivery.properties.headers?.['x-stream-offset'];
    return typeof offset === 'number' ? offset : undefined;
  }

  get redelivered(): boolean {
    return this.#delivery.fields.redelivered;
  }

  acknowledge(): void {
    if (this.#settles()) this.#session.acknowledgements.acknowledge(this.#delivery);
  }

  // RabbitMQ 4 counts towards a queue's delivery limit what is rejected, and not what is nacked; 3
  // counts both.
  requeue(): void {
    if (!this.#settles()) return;
    this.#session.acknowledgements.remove(this.#delivery);
    this.#session.channel.nack(this.#delivery, false, true);
  }

  retry(): void {
    if (!this.#settles()) return;
    this.#session.acknowledgements.remove(this.#delivery);
    this.#session.channel.reject(this.#delivery, true);
  }

  reject(): void {
    if (!this.#settles()) return;
    this.#session.acknowledgements.remove(this.#delivery);
    this.#session.channel.reject(this.#delivery, false);
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
