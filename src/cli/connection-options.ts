import { type Command, Option } from 'commander';
import { countArgument, durationArgument } from './arguments.ts';
import type { ReportOptions } from './failure-report.ts';
import { type LogLevel, logLevelOption } from './logging.ts';
import { defaultTransportUrl } from './transport-choice.ts';

/** The options of a command that connects to a broker and waits for something. */
export interface ConnectionOptions extends ReportOptions {
  readonly url?: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly retries: number;
  readonly logLevel: LogLevel;
}

/** What some of the options mean for one command. */
export interface ConnectionMeanings {
  readonly timeout: string;
  /** @default 'print one line of JSON on stdout, also for a failure' */
  readonly json?: string;
  /** @default 'print the stack of a failure' */
  readonly verbose?: string;
}

/** Gives a command {@link ConnectionOptions}. */
export function addConnectionOptions(command: Command, means: ConnectionMeanings): Command {
  const {
    timeout,
    json = 'print one line of JSON on stdout, also for a failure',
    verbose = 'print the stack of a failure',
  } = means;
  return command
    .option(
      '--url <url>',
      `the transport URL (default: $GREENROOM_TRANSPORT, else ${defaultTransportUrl})`,
    )
    .addOption(
      new Option('--timeout <duration>', timeout)
        .argParser(durationArgument)
        .default(60_000, '60s'),
    )
    .addOption(
      new Option('--retries <count>', 'how often to try the broker again if it is not there')
        .argParser(countArgument)
        .default(0),
    )
    .option('--json', json)
    .addOption(logLevelOption('warn'))
    .option('--verbose', verbose);
}
