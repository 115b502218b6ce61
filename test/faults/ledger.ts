/** What became of one id. */
interface Entry {
  /** Whether the sender was told that it is safe, or was answered. */
  isConfirmed: boolean;
  /** The error's class and message that the sender was told instead. */
  failure: string | undefined;
  /** How often it was executed. */
  executions: number;
}

/** How the ledger's books stand. */
export interface Account {
  readonly sent: number;
  readonly confirmed: number;
  /** Those whose sender was given an error. */
  readonly failed: number;
  /** Those whose sender was told nothing; to be 0 at the end. */
  readonly open: number;
  /** Confirmed, and never executed. */
  readonly lost: number;
  /** Failed for their sender, and executed all the same: the outcome was unknown. */
  readonly unknownButDone: number;
  /** How many executions there were beyond the first of each. */
  readonly duplicates: number;
}

/** Keeps account of messages by their ids: what was sent, what its sender was told, what was executed. */
export class Ledger {
  readonly #entries = new Map<string, Entry>();
  #last = 0;

  /** A new id, of something that is about to be sent. */
  next(): string {
    const id = `m${++this.#last}`;
    this.#entries.set(id, { isConfirmed: false, failure: undefined, executions: 0 });
    return id;
  }

  /** Sends, and notes what the sender is told. Never rejects. */
  async send(send: (id: string) => Promise<unknown>): Promise<void> {
    const id = this.next();
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    try {
      await send(id);
      entry.isConfirmed = true;
    } catch (error) {
      entry.failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
  }

  /** Notes an execution. */
  executed(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new Error(`${id} was executed and never sent`);
    entry.executions++;
  }

  /** What senders were told that were given an error; each text once. */
  get failures(): readonly string[] {
    const texts = [...this.#entries.values()].map(({ failure }) => failure);
    return [...new Set(texts.filter((text) => text !== undefined))];
  }

  /** The ids of what was confirmed and never executed. */
  get lost(): readonly string[] {
    return this.#idsOf(({ isConfirmed, executions }) => isConfirmed && executions === 0);
  }

  get account(): Account {
    const entries = [...this.#entries.values()];
    const isFailed = ({ failure }: Entry): boolean => failure !== undefined;
    return {
      sent: entries.length,
      confirmed: entries.filter(({ isConfirmed }) => isConfirmed).length,
      failed: entries.filter(isFailed).length,
      open: entries.filter((entry) => !entry.isConfirmed && !isFailed(entry)).length,
      lost: this.lost.length,
      unknownButDone: entries.filter((entry) => isFailed(entry) && entry.executions > 0).length,
      duplicates: entries.reduce((sum, { executions }) => sum + Math.max(0, executions - 1), 0),
    };
  }

  #idsOf(isWanted: (entry: Entry) => boolean): string[] {
    return [...this.#entries].filter(([, entry]) => isWanted(entry)).map(([id]) => id);
  }
}
