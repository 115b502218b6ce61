/** A message as the broker delivered it. */
export interface Delivery {
  readonly deliveryTag: number;
  readonly redelivered: boolean;
  readonly contentType: string | undefined;
  /** Milliseconds, as the sender wrote them. */
  readonly expiration: string | undefined;
  /** Absent when there are none, or none that can be read. */
  readonly headers: object | undefined;
  /** Alone in its buffer when it came in more than one piece. */
  readonly body: Buffer;
}

/** Takes the deliveries of a consumer. */
export type OnDelivery = (delivery: Delivery) => void;
