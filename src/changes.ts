import { onAbort } from './waiting.ts';

/** How many changes wait for a reader that is slower than they come; the oldest go first. */
const maxUnread = 100;

interface Reader<T> {
  readonly unread: T[];
  wake: () => void;
}

/**
 * Tells any number of readers what changes, each at its own pace.
 *
 * A reader costs something only while it reads: leaving its `for await`, its signal, or the end of all
 * changes takes it off.
 */
export class Changes<T> {
  readonly #readers = new Set<Reader<T>>();
  #hasEnded = false;

  /** How many are reading. */
  get readers(): number {
    return this.#readers.size;
  }

  /** Tells whoever is reading now. */
  tell(change: T): void {
    for (const reader of this.#readers) {
      reader.unread.push(change);
      if (reader.unread.length > maxUnread) reader.unread.shift();
      reader.wake();
    }
  }

  /** There will be no more: every reader gets what it has not read yet, and ends. */
  end(): void {
    this.#hasEnded = true;
    for (const { wake } of this.#readers) wake();
  }

  /** Reads what is told from the first `next()` on, until the signal aborts or nothing more comes. */
  async *read(signal?: AbortSignal): AsyncGenerator<T, void, void> {
    const reader: Reader<T> = { unread: [], wake: () => {} };
    const ignoreSignal = signal === undefined ? () => {} : onAbort(signal, () => reader.wake());
    this.#readers.add(reader);
    try {
      for (;;) {
        while (reader.unread.length > 0 && !signal?.aborted) yield reader.unread.shift() as T;
        if (this.#hasEnded || signal?.aborted) return;
        await new Promise<void>((resolve) => {
          reader.wake = resolve;
        });
      }
    } finally {
      ignoreSignal();
      this.#readers.delete(reader);
    }
  }
}
