import { randomUUID } from 'node:crypto';
import { type Command, Option } from 'commander';
import { NotificationFilter, type NotificationMethod, Runtime, type Transport } from '../index.ts';
import { countArgument, priorityArgument } from './arguments.ts';
import type { CommandOptions } from './command-options.ts';
import { addConnectionOptions, type ConnectionOptions } from './connection-options.ts';
import { interruptible } from './interruption.ts';
import { makeLog } from './logging.ts';
import { orAborted } from './or-aborted.ts';
import { presentableLine } from './output.ts';
import { Progress } from './progress.ts';
import { reach } from './reach.ts';
import { reachableUrl } from './reachable-url.ts';
import { NotificationPrinter } from './tail/notification-printer.ts';
import { UsageError } from './usage-error.ts';

interface TailOptions extends ConnectionOptions {
  readonly exchange?: string;
  readonly priority: readonly NotificationMethod[];
  readonly eventType?: string;
  readonly publisherId?: string;
  readonly pool?: string;
  readonly count?: number;
}

/** Adds `greenroom tail`: shows notifications as they come. */
export function addTailCommand(program: Command, made: CommandOptions): void {
  const command = program
    .command('tail')
    .description(
      'Show notifications as they come, until Ctrl-C: copies, unless --pool takes part in a pool.',
    )
    .argument('<topic...>', 'the topics to listen to')
    .option('--exchange <name>', 'the exchange of the topics (default: openstack)')
    .addOption(
      new Option('--priority <name>', 'only these; may be given again (default: all)')
        .argParser((name: string, before: readonly NotificationMethod[]) => [
          ...before,
          priorityArgument(name),
        ])
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
    );
  addConnectionOptions(command, {
    timeout: 'how long to wait for the broker',
    json: 'print a line of JSON on stdout for each, also for a failure',
  })
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
      await orAborted(Promise.race([printer.done, runtime.closed]), signal);
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

const tailHelp = `
Regular expressions are RE2's, and have to match at the beginning only.

Examples:
  $ greenroom tail notifications
  $ greenroom tail notifications --priority error --priority critical
  $ greenroom tail notifications versioned_notifications --event-type 'compute\\.instance\\.' --json
  $ greenroom tail notifications --publisher-id compute --count 1

Exit codes: 0 ended by --count, or by SIGINT (Ctrl-C) or SIGTERM once it listens, 1 any other failure, 2 wrong usage,
69 broker unreachable, 124 not listening in time, 130 or 143 ended by SIGINT or SIGTERM before it listens.`;
