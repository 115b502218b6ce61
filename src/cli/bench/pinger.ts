import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Pinging } from './measure.ts';
import type { PingerCommand, PingerData, PingerEvent } from './pinger-protocol.ts';
import { within } from './within.ts';

/** How long it may take to disconnect; nothing is lost by then. */
const closeMs = 2_000;

/** Pings a server while others call it, from a thread and over connections of its own. */
export class Pinger implements Pinging, AsyncDisposable {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #failure: unknown;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.once('error', (error) => {
      this.#failure = error;
    });
    this.#exited = new Promise((resolve) => worker.once('exit', () => resolve()));
  }

  /**
   * Starts the thread and connects; the server need not be there yet.
   *
   * @throws what kept it from connecting.
   */
  static async start(data: PingerData): Promise<Pinger> {
    const worker = new Worker(mainUrl, { workerData: data, stdin: false });
    const pinger = new Pinger(worker);
    await pinger.#next();
    return pinger;
  }

  begin(): void {
    this.#tell('begin');
  }

  /** Ends what {@link begin} began; undefined when there was no time for a ping. */
  async end(): Promise<number | undefined> {
    const measured = this.#next();
    this.#tell('end');
    const event = await measured;
    return event.type === 'measured' && event.pings > 0 ? event.p99Ms : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#tell('close');
    if (!(await within(closeMs, this.#exited))) await this.#worker.terminate();
  }

  #tell(command: PingerCommand): void {
    this.#worker.postMessage(command);
  }

  /** What the thread says next; it speaks only when it has been started or asked. */
  async #next(): Promise<PingerEvent> {
    const [event]: unknown[] = await Promise.race([
      once(this.#worker, 'message'),
      this.#exited.then(() => {
        throw new Error("the pinger's thread has ended", { cause: this.#failure });
      }),
    ]);
    return event as PingerEvent;
  }
}

const mainUrl = new URL(
  import.meta.url.endsWith('.ts') ? './pinger-main.ts' : './pinger-main.js',
  import.meta.url,
);
