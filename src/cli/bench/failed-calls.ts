import { RemoteError } from '../../index.ts';

/** The calls that failed, by the class of what they failed with. */
export class FailedCalls {
  readonly #byClass = new Map<string, { count: number; readonly first: unknown }>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** What the first of them failed with; undefined if none did. */
  get first(): unknown {
    return this.#byClass.values().next().value?.first;
  }

  add(error: unknown): void {
    this.#add(classOf(error), 1, error);
  }

  /** Takes over what others have counted. */
  addAll(others: FailedCalls): void {
    for (const [name, { count, first }] of others.#byClass) this.#add(name, count, first);
  }

  /** Says how many there were of each class, and what the first of each said. */
  describe(): string {
    return [...this.#byClass]
      .toSorted(([, a], [, b]) => b.count - a.count)
      .map(([name, { count, first }]) => `${count} × ${name} (${messageOf(first)})`)
      .join(', ');
  }

  #add(name: string, count: number, error: unknown): void {
    this.#count += count;
    const known = this.#byClass.get(name);
    if (known === undefined) this.#byClass.set(name, { count, first: error });
    else known.count += count;
  }
}

function classOf(error: unknown): string {
  if (error instanceof RemoteError) return error.remoteClass;
  return error instanceof Error ? error.name : typeof error;
}

function messageOf(error: unknown): string {
  if (error instanceof RemoteError) return error.remoteMessage;
  return error instanceof Error ? error.message : String(error);
}
