import type { Command } from 'commander';
import type { CommandOptions } from './command-options.ts';
import { formatDuration, roundedMs } from './durations.ts';
import { formatJsonText } from './json-text.ts';
import { addRequestOptions, type RequestOptions, sendRequest } from './request-command.ts';

/** Adds `greenroom call`: runs a method on a server and prints its result. */
export function addCallCommand(program: Command, made: CommandOptions): void {
  const { output } = made;
  const command = program
    .command('call')
    .description('Call a method and print its result as JSON.');
  addRequestOptions(command, 'how long to wait for the reply; connecting may take as long again')
    .addHelpText('after', callHelp)
    .action(
      async (topic: string, method: string, json: string | undefined, options: RequestOptions) => {
        await sendRequest(
          { topic, method, json, options },
          made,
          (client, parts) => client.call(...parts),
          (result, ms) => {
            if (options.json) output.result(formatJsonText({ result, ms: roundedMs(ms) }));
            else output.result(formatJsonText(result, 2));
            if (output.isTerminal) output.notice(`answered in ${formatDuration(ms)}`);
          },
        );
      },
    );
}

const callHelp = `
Examples:
  $ greenroom call thumbnails resize '{"id": "a", "width": 320}' --namespace images --rpc-version 1.2
  $ greenroom call thumbnails oslo_rpc_server_ping --server host-a --timeout 2s
  $ greenroom call thumbnails resize - --json < arguments.json
  $ greenroom call compute service_list --url rabbit://user:password@broker-1,broker-2/nova --exchange nova

Exit codes: 0 answered, 2 wrong usage, 3 the method failed, 69 broker unreachable, 124 no reply in time.`;
