import { Command, CommanderError } from 'commander';
import { addBenchCommand } from './bench.ts';
import { addCallCommand } from './call.ts';
import { addCastCommand } from './cast.ts';
import type { CommandOptions } from './command-options.ts';
import type { Environment } from './environment.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { type ReportOptions, reportFailure } from './failure-report.ts';
import { addNotifyCommand } from './notify.ts';
import { type Output, presentableLine } from './output.ts';
import { packageVersion } from './package-version.ts';
import { addServeCommand } from './serve.ts';
import { addTailCommand } from './tail.ts';

/**
 * Runs the command that the arguments ask for, and waits until all that it says is written.
 *
 * @returns The exit code. Never rejects.
 */
export async function runProgram(
  argv: readonly string[],
  environment: Environment,
  output: Output,
): Promise<number> {
  const exitCode = await runCommand(argv, environment, output);
  try {
    await output.flush();
    return exitCode;
  } catch (error) {
    reportFailure(error, {}, output);
    return exitCode || exitCodes.failure;
  }
}

async function runCommand(
  argv: readonly string[],
  environment: Environment,
  output: Output,
): Promise<number> {
  let reporting: ReportOptions = {};
  const program = makeProgram({ environment, output });
  program.hook('preAction', (_program, command) => {
    reporting = command.opts<ReportOptions>();
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has told already; it throws for --help and --version too.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
    reportFailure(error, reporting, output);
    return exitCodeOf(error);
  }
}

function makeProgram(options: CommandOptions): Command {
  const { output } = options;
  const program = new Command('greenroom')
    .description("CPU-heavy RPC services on RabbitMQ, speaking oslo.messaging's wire protocol")
    .version(packageVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.result(text.trimEnd()),
      writeErr: (text) => output.notice(text.trimEnd()),
      outputError: (text) => {
        output.notice(`greenroom: ${presentableLine(text.replace(/^error: /, ''))}`);
      },
    })
    .addHelpText('after', programHelp);
  addServeCommand(program, options);
  addCallCommand(program, options);
  addCastCommand(program, options);
  addNotifyCommand(program, options);
  addTailCommand(program, options);
  addBenchCommand(program, options);
  return program;
}

const programHelp = `
Examples:
  $ greenroom serve --executor pool
  $ greenroom call thumbnails resize '{"id": "a", "width": 320}' --timeout 5s
  $ greenroom cast thumbnails forget '{"id": "a"}' --fanout
  $ greenroom notify '{"id": "a"}' --publisher-id billing.host-a --event-type invoice.sent
  $ greenroom tail notifications --priority error
  $ greenroom bench thumbnails resize '{"id": "a", "width": 320}' --concurrency 1,16

Exit codes:
  0    done; a server: stopped with all its calls answered
  1    any other failure
  2    wrong usage or config
  3    the remote method failed
  69   the broker can't be reached
  124  no reply in time
  130, 143  ended by SIGINT, SIGTERM before it was done; a server: with work abandoned

Environment:
  GREENROOM_TRANSPORT  the transport URL where --url is not given
  GREENROOM_EXECUTOR   the executor where --executor is not given`;
