import { Deferred } from '../../waiting.ts';
import type { Demand } from '../demand.ts';
import type { OutgoingMessage } from '../driver.ts';
import type { Doubted } from './second-opinion.ts';
import type { Route } from './topology.ts';

/** A message that was published, until it is known what the broker has done with it. */
export class Unconfirmed implements Doubted {
  /** Counts the publishes of its session. */
  readonly tag: number;
  /** As it went out. */
  readonly body: Buffer;
  readonly route: Route;
  readonly message: OutgoingMessage;
  readonly mandatory: boolean;
  readonly demand: Demand | undefined;
  readonly confirmed: Deferred<void> = new Deferred();
  readonly publishedAt: number = performance.now();
  wasReturned = false;
  /** Whether the broker has refused it, and another connection is asked for its opinion. */
  isRefused = false;

  constructor(
    tag: number,
    body: Buffer,
    { route, message, mandatory, demand }: Omit<Doubted, 'confirmed'>,
  ) {
    this.tag = tag;
    this.body = body;
    this.route = route;
    this.message = message;
    this.mandatory = mandatory;
    this.demand = demand;
  }
}
