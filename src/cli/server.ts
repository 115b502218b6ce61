import { hostname } from 'node:os';
import {
  connect,
  type ExecutorName,
  executorNames,
  type Log,
  loadConfig,
  type NotificationOptions,
  type NotificationTarget,
  Runtime,
  type RuntimeOptions,
  type Transport,
} from '../index.ts';
import type { CommandOptions } from './command-options.ts';
import type { Environment } from './environment.ts';
import type { ReportOptions } from './failure-report.ts';
import { type LogLevel, makeLog } from './logging.ts';
import { Progress } from './progress.ts';
import { chooseTransport, chooseTransportUrl } from './transport-choice.ts';
import { UsageError } from './usage-error.ts';

/** The options of `greenroom serve`. */
export interface ServeOptions extends ReportOptions {
  readonly executor?: ExecutorName;
  readonly url?: string;
  readonly dryRun?: boolean;
  readonly untilStdinEnds?: boolean;
  readonly healthPort?: number;
  readonly logLevel: LogLevel;
}

/** A server that runs, and what is worth telling about it. */
export interface Server {
  readonly runtime: Runtime;
  /** To be closed when the runtime has. */
  readonly transport: Transport;
  readonly configFile: string;
  /** The topic that is served and the server's name there; absent when no RPC is served. */
  readonly rpc: { readonly topic: string; readonly server: string } | undefined;
  /** The topics whose notifications are listened to. */
  readonly notificationTopics: readonly string[];
  readonly drainTimeoutMs: number;
  /** Whether the runtime listens for SIGTERM and SIGINT. */
  readonly drainsOnSignals: boolean;
}

/** Reads the config, connects, and starts a runtime; whatever was opened is closed if that fails. */
export async function startServer(
  config: string | undefined,
  options: ServeOptions,
  { environment, output }: CommandOptions,
  signal: AbortSignal,
): Promise<Server> {
  checkExecutor(options, environment);
  const progress = new Progress(output, { plainLines: !options.json });
  let transport: Transport | undefined;
  try {
    progress.step('reading the config');
    const { file, options: configured } = await loadConfig(config);
    const log = configured.log ?? makeLog(options.logLevel, output);
    progress.step('connecting to the broker');
    const url = chooseTransportUrl(options.url, environment.transport);
    transport = await connectTransport(url, configured, log, signal);
    const settings = { drainTimeoutMs: 30_000, signals: true, ...configured };
    const { rpc, notifications } = configured;
    const target = rpc && { server: hostname(), ...rpc.target };
    const runtime = new Runtime({
      ...settings,
      ...(options.healthPort !== undefined && {
        health: { ...configured.health, port: options.healthPort },
      }),
      ...(rpc !== undefined && target !== undefined && { rpc: { ...rpc, target } }),
      transport,
      log,
    });
    progress.step('loading the endpoints');
    await runtime.start({ executor: options.executor, signal });
    return {
      runtime,
      transport,
      configFile: file,
      rpc: target,
      notificationTopics: notifications ? topicsOf(notifications) : [],
      drainTimeoutMs: settings.drainTimeoutMs,
      drainsOnSignals: settings.signals,
    };
  } catch (error) {
    await transport?.close();
    throw error;
  } finally {
    progress.end();
  }
}

function topicsOf({ targets }: NotificationOptions): string[] {
  const list: readonly NotificationTarget[] = Array.isArray(targets) ? targets : [targets];
  return list.map(({ topic }) => topic);
}

/** A wrong word in the environment is found before anything is started. */
function checkExecutor({ executor }: ServeOptions, environment: Environment): void {
  const word = environment.executor;
  if (executor !== undefined || word === undefined) return;
  if (executorNames.some((name) => name === word)) return;
  throw new UsageError(
    `GREENROOM_EXECUTOR: there is no executor '${word}'; it is one of ${executorNames.join(', ')}`,
  );
}

/**
 * Connects here rather than leave it to the runtime: so what takes long can be told apart, and the
 * URL is known with its passwords masked.
 */
async function connectTransport(
  url: string | undefined,
  options: RuntimeOptions,
  log: Log,
  signal: AbortSignal,
): Promise<Transport> {
  const chosen = chooseTransport(url, options);
  if (typeof chosen !== 'string') return chosen;
  const { controlExchange, rabbit } = options;
  const connected = await connect(chosen, {
    ...(controlExchange !== undefined && { controlExchange }),
    ...(rabbit !== undefined && { rabbit }),
    log,
    signal,
  });
  if (connected.url.startsWith('memory:')) {
    log.warn({}, 'memory:// lives inside this process: nothing outside can call this server');
  }
  return connected;
}
