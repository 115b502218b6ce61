import { type Command, Option } from 'commander';
import { RPCClient, type Target, type Transport, type WaitOptions } from '../index.ts';
import { jsonObject, methodArguments, versionArgument } from './arguments.ts';
import type { CommandOptions } from './command-options.ts';
import { addConnectionOptions, type ConnectionOptions } from './connection-options.ts';
import { interruptible } from './interruption.ts';
import { makeLog } from './logging.ts';
import { Progress } from './progress.ts';
import { reach } from './reach.ts';
import { reachableUrl } from './reachable-url.ts';

/** Where a request goes, beside its topic. */
export interface TargetOptions {
  readonly namespace?: string;
  readonly rpcVersion?: string;
  readonly server?: string;
  readonly exchange?: string;
  readonly fanout?: boolean;
}

/** The options that `call` and `cast` share. */
export interface RequestOptions extends ConnectionOptions, TargetOptions {
  readonly context?: string;
}

/** What is sent where, as it stood on the command line. */
export interface Request {
  readonly topic: string;
  readonly method: string;
  /** `-` for stdin, absent for none. */
  readonly json: string | undefined;
  readonly options: RequestOptions;
}

/** A request that is ready to go: `client.call(...parts)` or `client.cast(...parts)`. */
export type RequestParts = readonly [
  ctx: Readonly<Record<string, unknown>>,
  method: string,
  args: Readonly<Record<string, unknown>>,
  options: WaitOptions,
];

/**
 * Gives a command the arguments and options of a request.
 *
 * @param timeoutMeans - What `--timeout` is for.
 * @param targetOptions - Options of this command alone that say where the request goes.
 */
export function addRequestOptions(
  command: Command,
  timeoutMeans: string,
  ...targetOptions: readonly Option[]
): Command {
  command
    .argument('<topic>', 'the topic that the servers listen to')
    .argument('<method>', 'the method to run there')
    .argument('[json]', 'its named arguments, a JSON object; - reads it from stdin')
    .option('--namespace <name>', "the endpoint's namespace")
    .addOption(
      new Option(
        '--rpc-version <major.minor>',
        "the lowest version of the endpoint's interface",
      ).argParser(versionArgument),
    )
    .option('--server <name>', 'one server of the topic (default: any)')
    .option('--exchange <name>', 'the exchange of the topic (default: openstack)');
  for (const option of targetOptions) command.addOption(option);
  command.option('--context <json>', 'the context to send along, a JSON object');
  return addConnectionOptions(command, {
    timeout: timeoutMeans,
    verbose: 'print the stack or remote traceback of a failure',
  });
}

/**
 * Connects, sends the request and disconnects; Ctrl-C gives it up.
 *
 * @param send - Uses the client once.
 * @param onDone - Told what came of it and how long it took, before the connection is closed.
 */
export async function sendRequest<T>(
  { topic, method, json, options }: Request,
  { environment, output }: CommandOptions,
  send: (client: RPCClient, parts: RequestParts) => Promise<T>,
  onDone: (result: T, ms: number) => void,
): Promise<void> {
  const url = reachableUrl(options.url, environment.transport);
  const ctx = options.context === undefined ? {} : jsonObject(options.context, '--context');
  await interruptible(async (signal) => {
    const args = await methodArguments(json, signal);
    const progress = new Progress(output, { plainLines: false });
    let transport: Transport | undefined;
    try {
      progress.step('connecting to the broker');
      const { retries, timeout: timeoutMs, logLevel } = options;
      const log = makeLog(logLevel, output);
      transport = await reach(url, { retries, timeoutMs, signal, log });
      progress.step(`waiting for ${method} of ${topic}`);
      const client = new RPCClient(transport, targetOf(topic, options));
      const begun = performance.now();
      const wait = { timeoutMs: options.timeout, signal };
      const result = await send(client, [ctx, method, args, wait]);
      onDone(result, performance.now() - begun);
    } finally {
      progress.end();
      await transport?.close();
    }
  });
}

/** The target that a command's options describe. */
export function targetOf(topic: string, options: TargetOptions): Target {
  const { namespace, rpcVersion: version, server, exchange, fanout } = options;
  return {
    topic,
    ...(namespace !== undefined && { namespace }),
    ...(version !== undefined && { version }),
    ...(server !== undefined && { server }),
    ...(exchange !== undefined && { exchange }),
    ...(fanout !== undefined && { fanout }),
  };
}
