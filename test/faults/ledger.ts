/** What became of one id. */
interface Entry {
  /** Its place in the order of the sending, from 1 on. */
  readonly number: number;
  /** Whether its sender was told that all is well, or given an error; nothing until it is told. */
  told: 'confirmed' | 'failed' | undefined;
  /** How often it was executed. */
  executions: number;
}

/** How the ledger's books stand. */
export interface Account {
  readonly sent: number;
  /** Those whose sender was told that they are safe, or was answered. */
  readonly confirmed: number;
  /** Those whose sender was given an error. */
  readonly failed: number;
  /** Those whose sender was told nothing; to be 0 at the end. */
  readonly open: number;
  /** Confirmed, and never executed. */
  readonly lost: number;
  /** Failed for their sender, and executed all the same: the outcome was unknown. */
  readonly failedButDone: number;
  /** How many executions there were beyond the first of each. */
  readonly duplicates: number;
}

/** Keeps account of messages by their ids: what was sent, what its sender was told, what was executed. */
export class Ledger {
  readonly #entries = new Map<string, Entry>();
  readonly #failures = new Set<string>();
  readonly #told = { confirmed: 0, failed: 0 };
  /** Of those that were told so, how many were executed. */
  readonly #toldAndDone = { confirmed: 0, failed: 0 };
  #duplicates = 0;
  #latestDone = 0;
  #overtaken = 0;
  #executedAt = performance.now();
  #longestSilenceMs = 0;

  /** Sends something under a new id, and notes what the sender is told. Never rejects. */
  async send(send: (id: string) => Promise<unknown>): Promise<void> {
    const number = this.#entries.size + 1;
    const id = `m${number}`;
    const entry: Entry = { number, told: undefined, executions: 0 };
    this.#entries.set(id, entry);
    try {
      await send(id);
      this.#tell(entry, 'confirmed');
    } catch (error) {
      this.#tell(entry, 'failed');
      this.#failures.add(
        error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      );
    }
  }

  /** Notes an execution. */
  executed(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new Error(`${id} was executed and never sent`);
    const now = performance.now();
    this.#longestSilenceMs = Math.max(this.#longestSilenceMs, now - this.#executedAt);
    this.#executedAt = now;
    if (++entry.executions > 1) {
      this.#duplicates++;
      return;
    }
    if (entry.number < this.#latestDone) this.#overtaken++;
    this.#latestDone = Math.max(this.#latestDone, entry.number);
    if (entry.told !== undefined) this.#toldAndDone[entry.told]++;
  }

  /** The longest time between two executions since it was asked for last, in milliseconds. */
  takeLongestSilence(): number {
    const longest = this.#longestSilenceMs;
    this.#longestSilenceMs = 0;
    return longest;
  }

  /** How many were executed first after one that was sent later. */
  get overtaken(): number {
    return this.#overtaken;
  }

  /** What senders were told that were given an error; each text once. */
  get failures(): readonly string[] {
    return [...this.#failures];
  }

  /** The ids whose senders were told that all is well. */
  get confirmed(): readonly string[] {
    return [...this.#entries].flatMap(([id, { told }]) => (told === 'confirmed' ? [id] : []));
  }

  get account(): Account {
    const { confirmed, failed } = this.#told;
    return {
      sent: this.#entries.size,
      confirmed,
      failed,
      open: this.#entries.size - confirmed - failed,
      lost: confirmed - this.#toldAndDone.confirmed,
      failedButDone: this.#toldAndDone.failed,
      duplicates: this.#duplicates,
    };
  }

  #tell(entry: Entry, told: 'confirmed' | 'failed'): void {
    entry.told = told;
    this.#told[told]++;
    if (entry.executions > 0) this.#toldAndDone[told]++;
  }
}
