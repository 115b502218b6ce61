import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { InvalidOptionError } from '../../errors.ts';
import { suggestion } from '../../nearest-name.ts';
import { checkOptions } from '../../options.ts';
import { fnmatch, type Matcher } from '../fnmatch.ts';
import type { EmittedNotification } from './notify-driver.ts';

/**
 * Which notifications go by which driver: groups, of drivers, of what they accept. A notification goes
 * by every driver that accepts it in any group, once. As oslo.messaging's routing notifier has it:
 *
 * ```yaml
 * audit:                          # any name
 *   messagingv2:                  # a driver
 *     accepted_events: ['compute.*']
 *     accepted_priorities: [info, error]
 * ```
 *
 * Patterns are those of Python's `fnmatch`. With both keys both have to match; without any,
 * everything is accepted.
 */
export type RoutingRules = Readonly<Record<string, RoutingGroup>>;

/** What each driver of a group accepts, by the driver's name. */
export type RoutingGroup = Readonly<Record<string, RoutingRule>>;

/** What one driver accepts. */
export interface RoutingRule {
  readonly accepted_events?: readonly string[];
  /** In any case. */
  readonly accepted_priorities?: readonly string[];
}

/** A rule that has been read: the driver, and whether it accepts a notification. */
export interface CompiledRule<Driver> {
  readonly driver: Driver;
  readonly accepts: (notification: EmittedNotification) => boolean;
}

const patterns = z.array(z.string()).optional();
const rule = z.strictObject({ accepted_events: patterns, accepted_priorities: patterns });
const rules = z.record(z.string(), z.record(z.string(), rule));

/**
 * Reads routing rules.
 *
 * @param source - A YAML file, or the rules themselves.
 * @param drivers - The drivers that there are, by their names.
 * @throws {@link InvalidOptionError} that names the file and the rule that is wrong.
 */
export function compileRoutingRules<Driver>(
  source: string | URL | RoutingRules,
  drivers: ReadonlyMap<string, Driver>,
): readonly CompiledRule<Driver>[] {
  const isFile = typeof source === 'string' || source instanceof URL;
  const what = isFile ? `routing rules in ${String(source)}` : 'routing rules';
  const given = isFile ? readRules(source, what) : source;
  checkOptions(rules, given, what);
  return Object.entries(given).flatMap(([group, byDriver]) =>
    Object.entries(byDriver).map(([name, accepted]) => {
      const driver = drivers.get(name);
      if (driver === undefined) {
        const meant = suggestion(name, [...drivers.keys()]);
        throw new InvalidOptionError(
          `invalid ${what}: ${group}.${name}: there is no such driver${meant}`,
        );
      }
      return { driver, accepts: compile(accepted) };
    }),
  );
}

/** An empty file has no rules, as in oslo.messaging. */
function readRules(file: string | URL, what: string): RoutingRules {
  try {
    return (parse(readFileSync(file, 'utf8')) ?? {}) as RoutingRules;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidOptionError(`invalid ${what}: ${reason}`, { cause });
  }
}

function compile({
  accepted_events: events,
  accepted_priorities: priorities,
}: RoutingRule): CompiledRule<unknown>['accepts'] {
  const ofEvents = events?.map((pattern) => fnmatch(pattern));
  const ofPriorities = priorities?.map((pattern) => fnmatch(pattern.toLowerCase()));
  return ({ eventType, priority }) =>
    anyMatches(ofEvents, eventType) && anyMatches(ofPriorities, priority.toLowerCase());
}

/** What is not asked for matches; an empty list of patterns never does. */
function anyMatches(matchers: readonly Matcher[] | undefined, text: string): boolean {
  return matchers?.some((matches) => matches(text)) ?? true;
}
