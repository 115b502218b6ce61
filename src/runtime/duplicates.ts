import { LRUCache } from 'lru-cache';
import { formatOf } from '../wire/body-format.ts';
import { mentionsUniqueId, uniqueIdIn } from '../wire/ids.ts';

/**
 * Remembers the `_unique_id` of requests that have begun, so that one that arrives twice runs once.
 *
 * A publisher that lost its connection before the confirm sends the same message again. Ids are found
 * by a scan of the bytes, which costs next to nothing; where it can't tell, in a compressed body or
 * one with two candidates, the executor that parses the message asks before it begins.
 * Python remembers 16 (oslo-wire.md 9).
 */
export class Duplicates {
  readonly #begun: LRUCache<string, true>;

  /** @param size - How many ids are remembered; the oldest is forgotten first. */
  constructor(size: number) {
    this.#begun = new LRUCache({ max: size });
  }

  /** The message's id, for the two calls below. */
  idOf(body: Uint8Array, contentType: string | undefined): string | undefined {
    return uniqueIdIn(body, formatOf(contentType));
  }

  /** Whether a message may have an id that only its parser can tell. */
  isUncertain(body: Uint8Array, compression: string | undefined): boolean {
    return compression !== undefined || mentionsUniqueId(body);
  }

  hasBegun(id: string | undefined): boolean {
    return id !== undefined && this.#begun.has(id);
  }

  begin(id: string | undefined): void {
    if (id !== undefined) this.#begun.set(id, true);
  }

  /** It was given back, and has to run when it comes again. */
  forget(id: string | undefined): void {
    if (id !== undefined) this.#begun.delete(id);
  }
}
