import type { Log } from '../log.ts';
import { type Health, type HealthLook, HealthMonitor, type HealthSubject } from './health.ts';
import type { ResolvedHealthOptions } from './health-options.ts';
import { HealthServer } from './health-server.ts';

/** Looks whether a runtime is well, for whoever asks: here, and where there is a port over HTTP. */
export class Probes {
  readonly #monitor: HealthMonitor;
  readonly #server: HealthServer | undefined;

  constructor(options: ResolvedHealthOptions, subject: HealthSubject, log: Log) {
    const { port, host } = options;
    this.#monitor = new HealthMonitor(options, subject, log);
    if (port === undefined) return;
    this.#server = new HealthServer({
      port,
      host,
      look: (how) => this.look(how),
      onError: ({ message: reason }) => log.warn({ reason, port }, 'the port for probes failed'),
    });
  }

  /** Where they are answered over HTTP; absent where and while they are not. */
  get url(): string | undefined {
    return this.#server?.url;
  }

  /** @throws {@link ServerListenError} when the port can't be had. */
  async open(): Promise<void> {
    await this.#server?.open();
  }

  /** Never rejects; see {@link HealthMonitor.look}. */
  async look(how: HealthLook): Promise<Health> {
    const health = await this.#monitor.look(how);
    if (!health.live) this.#monitor.stop();
    return health;
  }

  /** Idempotent; the last look may come after it. */
  async close(): Promise<void> {
    await this.#server?.close();
    this.#monitor.stop();
  }
}
