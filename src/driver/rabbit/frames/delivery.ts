/** A message as the broker delivered it. */
export class Delivery {
  readonly deliveryTag: number;
  readonly redelivered: boolean;
  readonly contentType: string | undefined;
  /** Milliseconds, as the sender wrote them. */
  readonly expiration: string | undefined;
  /** Absent when there are none, or none that can be read. */
  readonly headers: object | undefined;
  /** Alone in its buffer when it came in more than one piece. */
  readonly body: Buffer;

  constructor(
    { deliveryTag, redelivered }: Pick<Delivery, 'deliveryTag' | 'redelivered'>,
    { contentType, expiration }: Pick<Delivery, 'contentType' | 'expiration'>,
    headers: object | undefined,
    body: Buffer,
  ) {
    this.deliveryTag = deliveryTag;
    this.redelivered = redelivered;
    this.contentType = contentType;
    this.expiration = expiration;
    this.headers = headers;
    this.body = body;
  }
}

/** Takes the deliveries of a consumer. */
export type OnDelivery = (delivery: Delivery) => void;
