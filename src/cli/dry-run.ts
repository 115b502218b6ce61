import { type Declarations, loadConfig, plannedTopology } from '../index.ts';
import type { CommandOptions } from './command-options.ts';
import { formatJsonText } from './json-text.ts';
import { maskPasswords, presentableLine } from './output.ts';
import type { ServeOptions } from './server.ts';
import { chooseTransport, chooseTransportUrl } from './transport-choice.ts';

/** Prints what a server with this config would declare at its broker; connects to nothing. */
export async function dryRun(
  config: string | undefined,
  { url: option, json }: ServeOptions,
  { environment, output }: CommandOptions,
): Promise<void> {
  const { options } = await loadConfig(config);
  const url = chooseTransportUrl(option, environment.transport);
  const transport = chooseTransport(url, options);
  const declarations = plannedTopology({ ...options, transport });
  const shown = typeof transport === 'string' ? maskPasswords(transport) : transport.url;
  if (json) {
    output.result(formatJsonText({ event: 'dry-run', url: shown, ...declarations }));
    return;
  }
  const lines = describeDeclarations(declarations);
  output.result(
    presentableLine(`${shown}: ${lines.length === 0 ? 'nothing to declare' : 'would declare'}`),
  );
  for (const line of lines) output.result(presentableLine(line));
}

/** A line for each thing, in the order of declaring, and in the words that the broker's tools have. */
function describeDeclarations(of: Declarations): string[] {
  return [
    ...of.exchanges.map(
      ({ name, type, ...flags }) => `exchange ${name} (${type}, ${describeFlags(flags)})`,
    ),
    ...of.queues.map(
      ({ name, arguments: args, ...flags }) =>
        `queue ${name} (${[describeFlags(flags), ...describeArguments(args)].join(', ')})`,
    ),
    ...of.bindings.map(
      ({ exchange, queue, key }) => `binding ${exchange} -> ${queue} (key ${key})`,
    ),
    ...of.consumers.map(({ queue, tag, arguments: args }) =>
      `consumer ${tag} of ${queue} (${describeArguments(args).join(', ')})`.replace(' ()', ''),
    ),
  ];
}

function describeFlags(flags: { readonly durable: boolean; readonly autoDelete: boolean }): string {
  return `durable=${flags.durable}, auto_delete=${flags.autoDelete}`;
}

function describeArguments(args: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(args).map(([name, value]) => `${name}=${value}`);
}
