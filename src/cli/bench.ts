import { type Command, Option } from 'commander';
import { executorNames } from '../index.ts';
import { durationArgument, versionArgument } from './arguments.ts';
import {
  type BenchOptions,
  concurrencyArgument,
  executorsArgument,
  roundsArgument,
  shareArgument,
} from './bench/bench-options.ts';
import { runBench } from './bench/run-bench.ts';
import type { CommandOptions } from './command-options.ts';
import { logLevelOption } from './logging.ts';
import { defaultTransportUrl } from './transport-choice.ts';

/** Adds `greenroom bench`: measures a service, or which executor suits it. */
export function addBenchCommand(program: Command, made: CommandOptions): void {
  const command = program
    .command('bench')
    .description(
      'Measure how many calls a service answers and how soon, or which executor suits it.',
    )
    .usage(
      '<topic> <method> [json] [options]\n       greenroom bench --config <file> <method> [json] [options]',
    )
    .argument(
      '[words...]',
      'what to call, as for greenroom call; with --config, without the topic',
    );
  for (const option of [...serviceOptions(), ...loadOptions(), ...resultOptions()]) {
    command.addOption(option);
  }
  command
    .addOption(logLevelOption('error'))
    .option('--verbose', 'print the stack or remote traceback of a failure')
    .addHelpText('after', benchHelp)
    .action((words: readonly string[], options: BenchOptions) => runBench(words, options, made));
}

function serviceOptions(): Option[] {
  return [
    new Option('--config <file>', 'start this service, and measure it under each of --executors'),
    new Option(
      '--executors <list>',
      `some of ${executorNames.join(',')} (default: blocking,async,pool)`,
    ).argParser(executorsArgument),
    new Option(
      '--url <url>',
      `the transport URL (default: $GREENROOM_TRANSPORT, else the config's, else ${defaultTransportUrl})`,
    ),
    new Option('--namespace <name>', "the endpoint's namespace"),
    new Option(
      '--rpc-version <major.minor>',
      "the lowest version of the endpoint's interface",
    ).argParser(versionArgument),
    new Option('--server <name>', 'one server of the topic (default: any)'),
    new Option('--exchange <name>', 'the exchange of the topic (default: openstack)'),
    new Option('--context <json>', 'the context to send along, a JSON object'),
    new Option('--format <format>', 'how requests are written')
      .choices(['json', 'msgpack'])
      .default('json'),
  ];
}

function loadOptions(): Option[] {
  return [
    new Option('--concurrency <list>', 'how many calls are outstanding, one after the other')
      .argParser(concurrencyArgument)
      .default([1, 16, 128], '1,16,128'),
    new Option('--duration <duration>', 'how long each of them is measured in a round')
      .argParser(durationArgument)
      .default(5_000, '5s'),
    new Option('--warm-up <duration>', 'how long it is called before that')
      .argParser(durationArgument)
      .default(1_000, '1s'),
    new Option(
      '--rounds <count>',
      'how often all is measured; the spread of the rounds is the noise',
    )
      .argParser(roundsArgument)
      .default(3),
    new Option('--timeout <duration>', 'how long to wait for a reply, and for the broker')
      .argParser(durationArgument)
      .default(10_000, '10s'),
  ];
}

function resultOptions(): Option[] {
  return [
    new Option(
      '--json',
      'print the result as one line of JSON on stdout, and a failure as another',
    ),
    new Option('--out <file>', 'write the result there, as JSON'),
    new Option('--report <file>', 'draw the result there: one HTML file'),
    new Option('--compare <file>', 'say what is worse and what is better than in an older --out'),
    new Option(
      '--fail-on-regression <percent>',
      'end with exit code 1 if something is worse by so much, such as 10%',
    ).argParser(shareArgument),
  ];
}

const benchHelp = `
Every caller waits for its reply before it calls again. The table has medians of the rounds; a figure has
changed when the ranges of its rounds don't overlap. With --config the service is started for each executor
and round in a process of its own, and pinged while it works: a late answer means late heartbeats.

Examples:
  $ greenroom bench thumbnails resize '{"id": "a", "width": 320}' --namespace images --concurrency 1,16
  $ greenroom bench --config greenroom.config.yaml resize - --executors async,pool < arguments.json
  $ greenroom bench thumbnails resize '{"id": "a"}' --out today.json --report today.html
  $ greenroom bench thumbnails resize '{"id": "a"}' --compare last.json --fail-on-regression 10% --rounds 5

Exit codes: 0 measured, 1 some calls failed or something got worse, 2 wrong usage or config, 3 the method failed,
69 broker unreachable or nobody listens to the topic, 124 no reply in time, 130 interrupted: what was measured is printed.`;
