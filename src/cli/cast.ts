import { type Command, Option } from 'commander';
import type { CommandOptions } from './command-options.ts';
import { formatDuration, roundedMs } from './durations.ts';
import { formatJsonText } from './json-text.ts';
import { addRequestOptions, type RequestOptions, sendRequest } from './request-command.ts';

/** Adds `greenroom cast`: sends a request that nobody answers. */
export function addCastCommand(program: Command, made: CommandOptions): void {
  const { output } = made;
  const command = program
    .command('cast')
    .description('Send a request that nobody answers. Done when the broker has it.');
  addRequestOptions(
    command,
    'how long to wait for the broker to take it',
    new Option('--fanout', 'to every server of the topic').conflicts('server'),
  )
    .addHelpText('after', castHelp)
    .action(
      async (topic: string, method: string, json: string | undefined, options: RequestOptions) => {
        await sendRequest(
          { topic, method, json, options },
          made,
          (client, parts) => client.cast(...parts),
          (_nothing, ms) => {
            if (options.json) output.result(formatJsonText({ sent: true, ms: roundedMs(ms) }));
            if (output.isTerminal) output.notice(`sent in ${formatDuration(ms)}`);
          },
        );
      },
    );
}

const castHelp = `
Without any server's queue for the topic the message is lost, as with oslo.messaging.

Examples:
  $ greenroom cast thumbnails forget '{"id": "a"}' --namespace images
  $ greenroom cast thumbnails reload --fanout
  $ greenroom cast thumbnails index - --server host-a < arguments.json

Exit codes: 0 sent, 2 wrong usage, 69 broker unreachable, 124 not taken in time.`;
