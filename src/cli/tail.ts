import { randomUUID } from 'node:crypto';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { NotificationFilter, notificationPriorities, Runtime, type Transport } from '../index.ts';
import { countArgument, durationArgument } from './arguments.ts';
import type { CommandOptions } from './command-options.ts';
import type { ReportOptions } from './failure-report.ts';
import { interruptible } from './interruption.ts';
import { type LogLevel, logLevelOption, makeLog } from './logging.ts';
import { presentableLine } from './output.ts';
import { Progress } from './progress.ts';
import { reach } from './reach.ts';
import { reachableUrl } from './reachable-url.ts';
import { NotificationPrinter } from './tail/notification-printer.ts';
import { defaultTransportUrl } from './transport-choice.ts';
import { UsageError } from './usage-error.ts';

type Priority = (typeof notificationPriorities)[number];

interface TailOptions extends ReportOptions {
  readonly url?: string;
  readonly exchange?: string;
  readonly priority: readonly Priority[];
  readonly eventType?: string;
  readonly publisherId?: string;
  readonly pool?: string;
  readonly count?: number;
  readonly timeout: number;
  readonly retries: number;
  readonly logLevel: LogLevel;
}

/** Adds `greenroom tail`: shows notifications as they come. */
export function addTailCommand(program: Command, made: CommandOptions): void {
  program
    .command('tail')
    .description(
      'Show notifications as they come, until Ctrl-C. They are copies: nothing is taken from anybody.',
    )
    .argument('<topic...>', 'the topics to listen to')
    .option(
      '--url <url>',
      `the transport URL (default: $GREENROOM_TRANSPORT, else ${defaultTransportUrl})`,
    )
    .option('--exchange <name>', 'the exchange of the topics (default: openstack)')
    .addOption(
      new Option('--priority <name>', 'only these; may be given again (default: all)')
        .argParser(addPriority)
        .default([], 'all'),
    )
    .option('--event-type <regex>', 'only those whose event type begins like this')
    .option('--publisher-id <regex>', 'only those whose publisher begins like this')
    .option(
      '--pool <name>',
      "share that pool's queue, which stays, with its other members (default: a queue of its own)",
    )
    .addOption(
      new Option('--count <number>', 'end after so many (default: never)').argParser(countArgument),
    )
    .addOption(
      new Option('--timeout <duration>', 'how long to wait for the broker')
        .argParser(durationArgument)
        .default(60_000, '60s'),
    )
    .addOption(
      new Option('--retries <count>', 'how often to try the broker again if it is not there')
        .argParser(countArgument)
        .default(0),
    )
    .option('--json', 'print a line of JSON on stdout for each, also for a failure')
    .addOption(logLevelOption('warn'))
    .option('--verbose', 'print the stack of a failure')
    .addHelpText('after', tailHelp)
    .action((topics: string[], options: TailOptions) => tail(topics, options, made));
}

async function tail(
  topics: readonly string[],
  options: TailOptions,
  { environment, output }: CommandOptions,
): Promise<void> {
  const url = reachableUrl(options.url, environment.transport);
  const filterRule = filterOf(options);
  const printer = new NotificationPrinter(output, options);
  const log = makeLog(options.logLevel, output);
  await interruptible(async (signal) => {
    const progress = new Progress(output, { plainLines: false });
    let transport: Transport | undefined;
    let runtime: Runtime | undefined;
    try {
      progress.step('connecting to the broker');
      const { retries, timeout: timeoutMs, exchange } = options;
      transport = await reach(url, { retries, timeoutMs, signal, log });
      const pool = options.pool ?? `greenroom-tail-${randomUUID()}`;
      runtime = new Runtime({
        transport,
        log,
        signals: false,
        notifications: {
          targets: topics.map((topic) => ({ topic, ...(exchange !== undefined && { exchange }) })),
          endpoints: { ...printer.methods(options.priority), filterRule },
          pool,
          temporaryPool: options.pool === undefined,
          allowRequeue: true,
          lookAhead: 100,
        },
      });
      // One after the other, so that they are shown in the order of their coming.
      await runtime.start({ executor: 'blocking', signal, timeoutMs });
      progress.end();
      output.notice(presentableLine(introduction(topics, pool, options)));
      await Promise.race([untilAborted(signal), printer.done, runtime.closed]);
      const failure = await closed(runtime);
      if (failure !== undefined) throw failure;
    } finally {
      progress.end();
      await runtime?.stop({ graceMs: 0 });
      await transport?.close();
    }
  });
}

/** Ends the runtime, which deletes its queue; @returns why it had failed, if it had. */
async function closed(runtime: Runtime): Promise<Error | undefined> {
  await runtime.stop({ graceMs: 1_000 });
  return await runtime.closed;
}

function introduction(topics: readonly string[], pool: string, options: TailOptions): string {
  const what = `listening to notifications of ${topics.join(', ')}`;
  return options.pool === undefined
    ? `${what}, from now on, by a queue of its own (${pool}) that is deleted at the end: nothing is taken from others; Ctrl-C ends it`
    : `${what} as one of the pool ${pool}: what comes here its other members do not get; Ctrl-C ends it`;
}

function filterOf({ eventType, publisherId }: TailOptions): NotificationFilter {
  try {
    return new NotificationFilter({
      ...(eventType !== undefined && { eventType }),
      ...(publisherId !== undefined && { publisherId }),
    });
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

function addPriority(text: string, before: readonly Priority[]): readonly Priority[] {
  const priority = notificationPriorities.find((name) => name === text.toLowerCase());
  if (priority === undefined) {
    throw new InvalidArgumentError(`It is one of ${notificationPriorities.join(', ')}.`);
  }
  return [...before, priority];
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

const tailHelp = `
Regular expressions are RE2's, and have to match at the beginning only.

Examples:
  $ greenroom tail notifications
  $ greenroom tail notifications --priority error --priority critical
  $ greenroom tail notifications versioned_notifications --event-type 'compute\\.instance\\.' --json
  $ greenroom tail notifications --publisher-id compute --count 1

Exit codes: 0 ended by Ctrl-C or --count, 1 failed, 2 wrong usage, 69 broker unreachable.`;
