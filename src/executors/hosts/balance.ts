import { promptMs } from './pace.ts';

/** A host, as far as it matters here. */
export interface Balanced {
  /** How many requests it holds. */
  readonly load: number;
  /** How many more it takes now. */
  readonly credit: number;
  /** How many could begin now. */
  readonly idle: number;
  /** How many of those that it holds wait for others to end. */
  readonly ahead: number;
  /** Whether its calls are short, and it will soon be through with those that it holds. */
  readonly isPrompt: boolean;
  /** Takes back the one that has waited longest; false if none does. */
  withdrawOne(): boolean;
}

/**
 * Which host a request goes to, and which of those that wait in one go to another after all.
 *
 * A short request joins those of a host that will soon be through with them, rather than go to one that is
 * idle: to wake a thread takes longer than a short method, and what crosses together crosses at little more
 * than the price of one. `bench/` has what it gains.
 */
export class Balance<Host extends Balanced> {
  readonly #active: ReadonlySet<Host>;
  /** Whether any wait in hosts, from where they can be taken back. */
  readonly #hasAhead: boolean;
  #isAtTurnsEnd = false;
  #soon: NodeJS.Timeout | undefined;

  /** @param active - The hosts that take requests. */
  constructor(active: ReadonlySet<Host>, hasAhead: boolean) {
    this.#active = active;
    this.#hasAhead = hasAhead;
  }

  /** The host for a request; nothing when none has room. */
  hostForOne(): Host | undefined {
    let joined: Host | undefined;
    let roomiest: Host | undefined;
    for (const host of this.#active) {
      const { credit, load } = host;
      if (credit > (roomiest?.credit ?? 0)) roomiest = host;
      const isFuller = credit > 0 && load > (joined?.load ?? 0);
      if (isFuller && host.isPrompt) joined = host;
    }
    if (joined?.idle === 0 && roomiest !== undefined && roomiest.idle > 0) this.#lookSoon();
    return joined ?? roomiest;
  }

  /** A host has ended something, or is new. */
  freed(): void {
    if (this.#isAtTurnsEnd || !this.#hasAhead) return;
    this.#isAtTurnsEnd = true;
    // Whoever has waited for a slot has taken it by then.
    setImmediate(() => {
      this.#isAtTurnsEnd = false;
      this.#even();
    });
  }

  stop(): void {
    clearTimeout(this.#soon);
  }

  /**
   * Takes requests back that wait in a host, and not just for a moment, while another has nothing to do: they
   * come again.
   */
  #even(): void {
    let { idle, ahead } = this.#sums();
    for (; idle > 0 && ahead > 0; idle--) {
      const late = [...this.#active].filter((host) => !host.isPrompt);
      late.sort((a, b) => b.ahead - a.ahead);
      if (!late.some((host) => host.ahead > 0 && host.withdrawOne())) break;
    }
    ({ idle, ahead } = this.#sums());
    if (idle > 0 && ahead > 0) this.#lookSoon();
  }

  /** A request waits in a host while another is idle: it may come to wait for longer than is thought. */
  #lookSoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#even();
    }, promptMs).unref();
  }

  /** How many could begin, and how many wait, in all hosts. */
  #sums(): { idle: number; ahead: number } {
    let [idle, ahead] = [0, 0];
    for (const host of this.#active) {
      idle += host.idle;
      ahead += host.ahead;
    }
    return { idle, ahead };
  }
}
