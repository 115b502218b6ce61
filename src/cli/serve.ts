import { type Command, Option } from 'commander';
import { executorNames } from '../index.ts';
import { portArgument } from './arguments.ts';
import type { CommandOptions } from './command-options.ts';
import { dryRun } from './dry-run.ts';
import { interruptible, type ShutdownSignal, shutdownSignals } from './interruption.ts';
import { logLevelOption } from './logging.ts';
import { makeServeReport, type ServeReport } from './serve-report.ts';
import { type ServeOptions, type Server, startServer } from './server.ts';
import { terminateWhenStdinEnds } from './stdin-end.ts';
import { defaultTransportUrl } from './transport-choice.ts';

/** Adds `greenroom serve`: runs a server until a signal or a failure ends it. */
export function addServeCommand(program: Command, made: CommandOptions): void {
  program
    .command('serve')
    .description('Serve the endpoints of a config file until SIGTERM or SIGINT.')
    .argument(
      '[config]',
      'the config file (default: greenroom.config.{ts,mts,js,mjs,json,yaml,yml} here)',
    )
    .addOption(
      new Option(
        '--executor <name>',
        'where methods run (default: $GREENROOM_EXECUTOR, else as configured, else async)',
      ).choices(executorNames),
    )
    .option(
      '--url <url>',
      `the transport URL (default: $GREENROOM_TRANSPORT, else as configured, else ${defaultTransportUrl})`,
    )
    .option(
      '--health-port <port>',
      'answer GET /healthz and /readyz on this port of 127.0.0.1 (default: as configured, else none)',
      portArgument,
    )
    .option('--until-stdin-ends', 'stop when stdin ends too, as it does when a parent dies')
    .option('--dry-run', 'print what would be declared at the broker, connect to nothing, and end')
    .option('--json', 'print a line of JSON on stdout when ready, draining and stopped')
    .addOption(logLevelOption('info'))
    .option('--verbose', 'print the stack of a failure')
    .addHelpText('after', serveHelp)
    .action((config: string | undefined, options: ServeOptions) =>
      options.dryRun ? dryRun(config, options, made) : serve(config, options, made),
    );
}

async function serve(
  config: string | undefined,
  options: ServeOptions,
  made: CommandOptions,
): Promise<void> {
  if (options.untilStdinEnds) terminateWhenStdinEnds();
  const begun = performance.now();
  const report = makeServeReport(made.output, options);
  const server = await interruptible((signal) => startServer(config, options, made, signal));
  const ignoreSignals = server.drainsOnSignals ? tellSignals(server, report) : () => {};
  try {
    report.ready(server, performance.now() - begun);
    const failure = await server.runtime.closed;
    report.stopped(await server.runtime.drain(), failure);
    if (failure !== undefined) throw failure;
  } finally {
    ignoreSignals();
    await server.transport.close();
  }
}

/** The runtime does what the signals ask for; here it is only told to who watches. */
function tellSignals(server: Server, report: ServeReport): () => void {
  let received = 0;
  const onSignal = (signal: ShutdownSignal): void => {
    received++;
    if (received === 1) {
      report.draining(signal, server.drainTimeoutMs);
      return;
    }
    report.stoppingAtOnce(signal);
    // The runtime listens no longer either, so that a third one ends the process.
    off();
  };
  const off = (): void => {
    for (const name of shutdownSignals) process.off(name, onSignal);
  };
  for (const name of shutdownSignals) process.on(name, onSignal);
  return off;
}

const serveHelp = `
Examples:
  $ greenroom serve
  $ greenroom serve examples/thumbnails/greenroom.config.ts --executor pool
  $ greenroom serve --dry-run --json
  $ GREENROOM_TRANSPORT=rabbit://user:password@broker/ greenroom serve --json --log-level warn

A config file, here greenroom.config.yaml:
  transport: rabbit://guest:guest@127.0.0.1:5672/
  executor: pool
  rpc:
    target: { topic: thumbnails }
    endpoints: ./endpoints/thumbnails.js
  notifications:
    targets: { topic: notifications }
    endpoints: ./listeners/instances.js

Probes: GET /healthz is 200 until all has ended, GET /readyz while calls are served, 503 otherwise.

Exit codes: 0 all calls answered or given back, 1 failed, 2 wrong usage or config, 69 broker unreachable,
130 or 143 (SIGINT, SIGTERM) stopped with work abandoned.`;
