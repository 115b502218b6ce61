import type { RetryOptions } from '../../driver/driver.ts';
import type { EmittedNotification, NotifyDriver } from './notify-driver.ts';
import { settleAll } from './settle-all.ts';

/** One driver, and which notifications go by it. */
export interface Route {
  readonly driver: NotifyDriver;
  readonly accepts: (notification: EmittedNotification) => boolean;
}

/** Hands each notification, once, to every driver that has a route for it. */
export class RoutingDriver implements NotifyDriver {
  readonly #routes: readonly Route[];

  constructor(routes: readonly Route[]) {
    this.#routes = routes;
  }

  async notify(notification: EmittedNotification, options: RetryOptions): Promise<void> {
    const accepting = this.#routes.filter(({ accepts }) => accepts(notification));
    const drivers = new Set(accepting.map(({ driver }) => driver));
    await settleAll([...drivers], (driver) => driver.notify(notification, options));
  }
}
