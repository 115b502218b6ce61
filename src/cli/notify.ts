import { type Command, Option } from 'commander';
import {
  type NotificationMethod,
  Notifier,
  type NotifierOptions,
  notificationPriorities,
  type Transport,
} from '../index.ts';
import { jsonObject, payloadArgument, priorityArgument } from './arguments.ts';
import type { CommandOptions } from './command-options.ts';
import { addConnectionOptions, type ConnectionOptions } from './connection-options.ts';
import { formatDuration, roundedMs } from './durations.ts';
import { interruptible } from './interruption.ts';
import { formatJsonText } from './json-text.ts';
import { makeLog } from './logging.ts';
import { Progress } from './progress.ts';
import { reach } from './reach.ts';
import { reachableUrl } from './reachable-url.ts';

const drivers = ['messagingv2', 'messaging'] as const;

interface NotifyOptions extends ConnectionOptions {
  readonly publisherId?: string;
  readonly eventType: string;
  readonly priority: NotificationMethod;
  readonly topic?: readonly string[];
  readonly exchange?: string;
  readonly driver: (typeof drivers)[number];
  readonly context?: string;
}

/** Adds `greenroom notify`: sends a notification, as `oslo-messaging-send-notification` does. */
export function addNotifyCommand(program: Command, made: CommandOptions): void {
  const command = program
    .command('notify')
    .description('Send a notification. Done when the broker has it; it waits there for listeners.')
    .argument('[json]', 'the payload, any JSON; - reads it from stdin (default: {})')
    .option('--publisher-id <id>', 'who notifies, such as compute.host1')
    .option('--event-type <type>', 'what has happened', 'test')
    .addOption(
      new Option('--priority <name>', `how much it matters: ${notificationPriorities.join(', ')}`)
        .argParser(priorityArgument)
        .default('info'),
    )
    .addOption(
      new Option(
        '--topic <name>',
        'where to; may be given again (default: notifications)',
      ).argParser((topic: string, before: readonly string[] = []) => [...before, topic]),
    )
    .option('--exchange <name>', 'the exchange of the topic (default: openstack)')
    .addOption(
      new Option('--driver <name>', 'the format: 2.0, or 1.0 without an envelope')
        .choices(drivers)
        .default('messagingv2'),
    )
    .option('--context <json>', 'the context, a JSON object; only keys known to be safe are sent');
  addConnectionOptions(command, { timeout: 'how long to wait for the broker to take it' })
    .addHelpText('after', notifyHelp)
    .action((json: string | undefined, options: NotifyOptions) => notify(json, options, made));
}

async function notify(
  json: string | undefined,
  options: NotifyOptions,
  { environment, output }: CommandOptions,
): Promise<void> {
  const url = reachableUrl(options.url, environment.transport);
  const ctx = options.context === undefined ? {} : jsonObject(options.context, '--context');
  const { eventType, priority, retries, timeout: timeoutMs, logLevel } = options;
  await interruptible(async (signal) => {
    const payload = await payloadArgument(json, signal);
    const progress = new Progress(output, { plainLines: false });
    let transport: Transport | undefined;
    try {
      progress.step('connecting to the broker');
      const log = makeLog(logLevel, output);
      transport = await reach(url, { retries, timeoutMs, signal, log });
      progress.step('waiting for the broker to take it');
      const notifier = new Notifier(transport, notifierOptions(options));
      const begun = performance.now();
      await notifier[priority](ctx, eventType, payload, { timeoutMs, signal });
      const ms = performance.now() - begun;
      if (options.json) output.result(formatJsonText({ sent: true, ms: roundedMs(ms) }));
      if (output.isTerminal) output.notice(`sent in ${formatDuration(ms)}`);
    } finally {
      progress.end();
      await transport?.close();
    }
  });
}

function notifierOptions({ publisherId, topic, exchange, driver }: NotifyOptions): NotifierOptions {
  return {
    driver,
    throwOnFailure: true,
    ...(publisherId !== undefined && { publisherId }),
    ...(topic !== undefined && { topics: topic }),
    ...(exchange !== undefined && { exchange }),
  };
}

const notifyHelp = `
The queue of topic and priority is declared as oslo.messaging does it, so nothing is lost if nobody listens yet.

Examples:
  $ greenroom notify '{"id": "a"}' --publisher-id billing.host-a --event-type invoice.sent
  $ greenroom notify --event-type backup.failed --priority error --topic notifications --topic audit
  $ greenroom notify - --event-type meter.read --priority sample < payload.json

Exit codes: 0 sent, 1 any other failure, 2 wrong usage, 69 broker unreachable, 124 not taken in time,
130 or 143 ended by SIGINT or SIGTERM.`;
