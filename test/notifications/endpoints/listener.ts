import process from 'node:process';
import {
  type NotificationContext,
  type NotificationMetadata,
  NotificationResult,
  type ReceivedNotification,
} from '../../../src/index.ts';
import { SharedStage } from '../../executors/shared-stage.ts';

/** What a notification's payload tells the listeners of `test/notifications` to do with it. */
export interface Deed {
  readonly name: string;
  /** `requeue` asks for it again, `requeue-once` until it has come twice; `crash` ends the host. */
  readonly do?: 'throw' | 'requeue' | 'requeue-once' | 'crash' | 'hold' | 'spin';
  /** How long `spin` keeps the thread. */
  readonly ms?: number;
}

/** Writes down what it gets, and does what the payload says. */
export class Listener {
  readonly #stage: SharedStage;

  constructor({ stage }: { readonly stage: string }) {
    this.#stage = new SharedStage(stage);
  }

  info(
    ctx: NotificationContext,
    publisherId: string | null,
    eventType: string | null,
    payload: Deed,
    metadata: NotificationMetadata,
  ): unknown {
    return this.#take('info', { ctx, publisherId, eventType, payload, metadata });
  }

  error(ctx: NotificationContext, ...rest: [string | null, string | null, Deed, never]): unknown {
    const [publisherId, eventType, payload, metadata] = rest;
    return this.#take('error', { ctx, publisherId, eventType, payload, metadata });
  }

  async #take(
    method: string,
    { ctx, publisherId, eventType, payload, metadata }: ReceivedNotification<Deed>,
  ): Promise<unknown> {
    const { values } = ctx;
    const seen = { method, publisherId, eventType, payload, metadata, values, pid: process.pid };
    const before = this.#stage.notes.filter((note) => note.includes(`"${payload.name}"`)).length;
    this.#stage.note(JSON.stringify(seen));
    switch (payload.do) {
      case 'throw':
        throw new RangeError('as it was told');
      case 'requeue':
        return NotificationResult.REQUEUE;
      case 'requeue-once':
        return before === 0 ? NotificationResult.REQUEUE : NotificationResult.HANDLED;
      case 'crash':
        process.exit(3);
        break;
      case 'hold':
        this.#stage.enter();
        await this.#stage.hold();
        this.#stage.leave();
        break;
      case 'spin':
        for (const end = performance.now() + (payload.ms ?? 0); performance.now() < end; );
        break;
      default:
    }
    return undefined;
  }
}

/** Does nothing, as fast as it can. */
export class Sink {
  info(): void {}
}
