import { RE2JS } from 're2js';
import { z } from 'zod';
import { checkOptions } from '../options.ts';

/**
 * A regular expression in RE2's syntax, which is JavaScript's and Python's without what can take
 * exponential time: backreferences and lookarounds. Of a `RegExp`, the flags `i`, `m` and `s` count.
 */
export type FilterPattern = string | RegExp;

/** What has to match; what is left out matches anything. */
export interface NotificationFilterOptions {
  /** Patterns by the names of values that the notifier sent along. */
  readonly context?: Readonly<Record<string, FilterPattern>>;
  readonly publisherId?: FilterPattern;
  readonly eventType?: FilterPattern;
  readonly metadata?: { readonly messageId?: FilterPattern; readonly timestamp?: FilterPattern };
  /** Patterns by the names of the payload's own values. */
  readonly payload?: Readonly<Record<string, FilterPattern>>;
}

const pattern = z.unknown().optional();
const named = z.record(z.string(), z.unknown()).optional();
/** The names that there are; each pattern is read, and complained of, where it is compiled. */
const schema = z.strictObject({
  context: named,
  publisherId: pattern,
  eventType: pattern,
  metadata: z.strictObject({ messageId: pattern, timestamp: pattern }).optional(),
  payload: named,
});

/** What of a notification an endpoint gets, and a filter sees. */
export interface NotificationParts {
  readonly context: unknown;
  readonly publisherId: string | null;
  readonly eventType: string | null;
  readonly metadata: NotificationMetadata;
  readonly payload: unknown;
}

/** Which notification it is, and when it was sent. */
export interface NotificationMetadata {
  /** The same for every topic that it went to. */
  readonly messageId: string | null;
  /** UTC as Python writes it, such as `2026-11-22 22:53:06.794170`. */
  readonly timestamp: string | null;
}

/** Says which notifications an endpoint gets: the `filterRule` of its class or of the instance. */
export interface FilterRule {
  /** @throws anything, which counts as if the endpoint's method had thrown it. */
  match(notification: NotificationParts): boolean;
}

/**
 * Lets a notification pass when every pattern matches the beginning of its value, which has to be text.
 *
 * Source: oslo-wire.md 16; `re.match` is anchored at the start and not at the end. Takes time linear in the
 * length of the values, whatever the patterns and whoever sends them.
 *
 * @example
 * ```ts
 * export class Instances {
 *   static filterRule = new NotificationFilter({ eventType: 'compute\\.instance\\.', payload: { state: 'active$' } });
 *   info(ctx: NotificationContext, publisherId: string | null, eventType: string | null, payload: Instance) { … }
 * }
 * ```
 */
export class NotificationFilter implements FilterRule {
  readonly #publisherId: RE2JS | undefined;
  readonly #eventType: RE2JS | undefined;
  readonly #context: NamedPatterns;
  readonly #metadata: NamedPatterns;
  readonly #payload: NamedPatterns;

  /**
   * @throws {@link InvalidOptionError} for a key that there is not, with the one that was probably meant.
   * @throws TypeError for a pattern that can't be read, or can't be matched in linear time.
   */
  constructor(options: NotificationFilterOptions) {
    checkOptions(schema, options, 'notification filter');
    const { publisherId, eventType, context, metadata, payload } = options;
    this.#publisherId =
      publisherId === undefined ? undefined : compiled(publisherId, 'publisherId');
    this.#eventType = eventType === undefined ? undefined : compiled(eventType, 'eventType');
    this.#context = allCompiled(context, 'context');
    this.#metadata = allCompiled(metadata, 'metadata');
    this.#payload = allCompiled(payload, 'payload');
  }

  /** @throws TypeError where patterns name values of what has none, such as a payload that is `null`. */
  match({ context, publisherId, eventType, metadata, payload }: NotificationParts): boolean {
    return (
      matches(this.#publisherId, publisherId) &&
      matches(this.#eventType, eventType) &&
      allMatch(this.#context, context, 'context') &&
      allMatch(this.#metadata, metadata, 'metadata') &&
      allMatch(this.#payload, payload, 'payload')
    );
  }
}

type NamedPatterns = readonly (readonly [name: string, pattern: RE2JS])[];

function allCompiled(
  patterns: Readonly<Record<string, FilterPattern | undefined>> = {},
  what: string,
): NamedPatterns {
  return Object.entries(patterns).flatMap(([name, pattern]) =>
    pattern === undefined ? [] : [[name, compiled(pattern, `${what}.${name}`)]],
  );
}

function compiled(pattern: FilterPattern, what: string): RE2JS {
  try {
    if (typeof pattern === 'string') return RE2JS.compile(pattern);
    let flags = 0;
    if (pattern.ignoreCase) flags |= RE2JS.CASE_INSENSITIVE;
    if (pattern.multiline) flags |= RE2JS.MULTILINE;
    if (pattern.dotAll) flags |= RE2JS.DOTALL;
    return RE2JS.compile(RE2JS.translateRegExp(pattern.source), flags);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(
      `the filter's pattern for ${what} is none that takes linear time: ${reason}`,
      {
        cause,
      },
    );
  }
}

function matches(pattern: RE2JS | undefined, value: unknown): boolean {
  if (pattern === undefined) return true;
  return typeof value === 'string' && pattern.matcher(value).lookingAt();
}

function allMatch(patterns: NamedPatterns, values: unknown, what: string): boolean {
  if (patterns.length === 0) return true;
  // oslo: of a string or a list it asks whether the name is in it, and of anything else it raises.
  if (typeof values === 'string' || Array.isArray(values)) return false;
  if (typeof values !== 'object' || values === null) {
    throw new TypeError(`a filter asks for values of the ${what}, which has none: it is ${values}`);
  }
  return patterns.every(([name, pattern]) => matches(pattern, Reflect.get(values, name)));
}
