/**
 * CPU-heavy RPC services on RabbitMQ, run in worker threads, speaking oslo.messaging's wire protocol.
 *
 * @packageDocumentation
 */
export type {
  AnyMethods,
  RemoteArgs,
  RemoteMethod,
  RemoteResult,
} from './client/remote-methods.ts';
export {
  type ContextToSend,
  type PrepareOptions,
  RPCClient,
  type RPCClientOptions,
} from './client/rpc-client.ts';
export type { Context } from './dispatcher/context.ts';
export type { EndpointTarget } from './dispatcher/endpoint.ts';
export type { RabbitOptions } from './driver/rabbit/rabbit-options.ts';
export type { TopologyOptions } from './driver/rabbit/topology-options.ts';
export { connect, type Transport, type TransportOptions } from './driver/transport.ts';
export {
  CallCancelled,
  ClosedError,
  ExecutorLoadFailure,
  HostCrashed,
  type HostCrashKind,
  InvalidOptionError,
  InvalidTarget,
  InvalidTransportURL,
  MalformedMessage,
  MessageDeliveryFailure,
  MessageUndeliverable,
  MessagingError,
  MessagingTimeout,
  NoSuchMethod,
  RemoteError,
  RPCVersionCapError,
  ServerListenError,
  UnsupportedVersion,
} from './errors.ts';
export { type ExecutorName, executorNames } from './executors/executor.ts';
export type { Log } from './log.ts';
export { configFileNames, type LoadedConfig, loadConfig } from './runtime/config-file.ts';
export type { Acknowledge } from './runtime/delivery.ts';
export {
  type DrainReport,
  Runtime,
  type RuntimeState,
  type StartOptions,
} from './runtime/runtime.ts';
export type {
  EndpointModuleOption,
  EndpointsOption,
  PoolOptions,
  RPCOptions,
  RuntimeOptions,
} from './runtime/runtime-options.ts';
export type { ServerTarget, Target } from './target.ts';
export type { WaitOptions } from './waiting.ts';
