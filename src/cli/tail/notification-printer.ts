import {
  type NotificationContext,
  type NotificationMetadata,
  type NotificationMethod,
  NotificationResult,
  notificationPriorities,
} from '../../index.ts';
import { formatJsonText } from '../json-text.ts';
import { type Output, presentableLine } from '../output.ts';

/** A method of an endpoint that gets notifications. */
type Method = (
  ctx: NotificationContext,
  publisherId: string | null,
  eventType: string | null,
  payload: unknown,
  metadata: NotificationMetadata,
) => NotificationResult;

/** How a {@link NotificationPrinter} prints. */
export interface PrinterOptions {
  /** Whether it prints lines of JSON. */
  readonly json?: boolean;
  /** After how many it is done. @default never */
  readonly count?: number;
}

/** Prints a line for each notification. */
export class NotificationPrinter {
  /** Resolves when as many have been printed as were asked for. */
  readonly done: Promise<void>;
  readonly #output: Output;
  readonly #options: PrinterOptions;
  #printed = 0;
  #finish: () => void = () => {};

  constructor(output: Output, options: PrinterOptions) {
    this.#output = output;
    this.#options = options;
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
    if (options.count === 0) this.#finish();
  }

  /** Makes the methods of an endpoint, one for each priority; none means all. */
  methods(priorities: readonly NotificationMethod[]): Partial<Record<NotificationMethod, Method>> {
    const chosen = priorities.length === 0 ? notificationPriorities : priorities;
    return Object.fromEntries(chosen.map((priority) => [priority, this.#method(priority)]));
  }

  #method(priority: NotificationMethod): Method {
    return (ctx, publisherId, eventType, payload, metadata) => {
      const { count = Number.POSITIVE_INFINITY, json } = this.#options;
      // It may be somebody else's, where a pool is shared.
      if (this.#printed >= count) return NotificationResult.REQUEUE;
      this.#printed++;
      const { values: context } = ctx;
      const of = { priority, publisherId, eventType, payload, metadata, context };
      this.#output.result(json ? formatJsonText(of) : lineOf(of));
      if (this.#printed === count) this.#finish();
      return NotificationResult.HANDLED;
    };
  }
}

interface Shown {
  readonly priority: NotificationMethod;
  readonly publisherId: string | null;
  readonly eventType: string | null;
  readonly payload: unknown;
  readonly metadata: NotificationMetadata;
}

function lineOf({ priority, publisherId, eventType, payload, metadata }: Shown): string {
  const words = [metadata.timestamp, priority.toUpperCase(), publisherId, eventType];
  const known = words.map((word) => word ?? '-');
  return presentableLine(`${known.join(' ')} ${formatJsonText(payload)}`);
}
