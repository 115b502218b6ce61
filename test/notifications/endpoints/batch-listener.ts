import process from 'node:process';
import { NotificationResult, type ReceivedNotification } from '../../../src/index.ts';
import { SharedStage } from '../../executors/shared-stage.ts';
import type { Deed } from './listener.ts';

type Batch = readonly ReceivedNotification<Deed>[];

/** Writes down the names in the batches it gets; one that is told to has the whole batch come again, or crash. */
export class BatchListener {
  readonly #stage: SharedStage;

  constructor({ stage }: { readonly stage: string }) {
    this.#stage = new SharedStage(stage);
  }

  info(batch: Batch): unknown {
    return this.#take('info', batch);
  }

  error(batch: Batch): unknown {
    return this.#take('error', batch);
  }

  async #take(method: string, batch: Batch): Promise<unknown> {
    const names = batch.map(({ payload }) => payload.name);
    const before = this.#stage.notes.filter((note) => note.includes(`"${names[0]}"`)).length;
    this.#stage.note(JSON.stringify({ method, names, pid: process.pid }));
    const deeds = new Set(batch.map(({ payload }) => payload.do));
    if (deeds.has('crash')) process.exit(3);
    if (deeds.has('throw')) throw new RangeError('as it was told');
    if (deeds.has('requeue-once') && before === 0) return NotificationResult.REQUEUE;
    if (deeds.has('hold')) {
      this.#stage.enter();
      await this.#stage.hold();
      this.#stage.leave();
    }
    return undefined;
  }
}
