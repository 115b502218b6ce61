/**
 * CPU-heavy RPC services on RabbitMQ, run in worker threads, speaking oslo.messaging's wire protocol.
 *
 * @packageDocumentation
 */

export { type CancelReason, cancelReasons } from './cancel-reason.ts';
export type { ContextToSend } from './client/context-to-send.ts';
export { type FetchHandler, notifyRequests } from './client/http-notifications/notify-requests.ts';
export type { RequestNotificationOptions } from './client/http-notifications/request-environ.ts';
export {
  type RequestMiddleware,
  requestMiddleware,
} from './client/http-notifications/request-middleware.ts';
export {
  type NotificationStreamOptions,
  notificationStream,
} from './client/notification-stream.ts';
export { Notifier } from './client/notifier.ts';
export type { NotifierChange, NotifierOptions } from './client/notifier-options.ts';
export type { NotifyDriverName } from './client/notify-drivers/make-drivers.ts';
export type {
  EmittedNotification,
  NotificationPriority,
  NotifyDriver,
} from './client/notify-drivers/notify-driver.ts';
export type {
  RoutingGroup,
  RoutingRule,
  RoutingRules,
} from './client/notify-drivers/routing-rules.ts';
export type { RecordedNotification } from './client/notify-drivers/test-driver.ts';
export type {
  RemoteErrorClass,
  RemoteErrorFactory,
  RemoteErrors,
} from './client/remote-errors.ts';
export type {
  AnyMethods,
  RemoteArgs,
  RemoteMethod,
  RemoteResult,
} from './client/remote-methods.ts';
export {
  type PrepareOptions,
  type RequestOptions,
  RPCClient,
  type RPCClientOptions,
} from './client/rpc-client.ts';
export type { AccessPolicy } from './dispatcher/access-policy.ts';
export type { Context } from './dispatcher/context.ts';
export type { EndpointTarget } from './dispatcher/endpoint.ts';
export { expectedExceptions } from './dispatcher/expected-exceptions.ts';
export { expose } from './dispatcher/expose.ts';
export type { ErrorClass, MethodMark, MethodNames } from './dispatcher/method-marks.ts';
export type {
  NotificationContext,
  ReceivedNotification,
} from './dispatcher/notification-dispatcher.ts';
export {
  type FilterPattern,
  type FilterRule,
  NotificationFilter,
  type NotificationFilterOptions,
  type NotificationMetadata,
  type NotificationParts,
} from './dispatcher/notification-filter.ts';
export { NotificationResult } from './dispatcher/notification-result.ts';
export type {
  ConnectionChange,
  ConnectionRole,
  ConnectionState,
  ConnectionStatus,
} from './driver/connection-status.ts';
export type {
  Declarations,
  DeclaredBinding,
  DeclaredConsumer,
  DeclaredExchange,
  DeclaredQueue,
} from './driver/declarations.ts';
export type { RetryOptions } from './driver/driver.ts';
export type { LoginMethod } from './driver/rabbit/login.ts';
export type { RabbitOptions } from './driver/rabbit/rabbit-options.ts';
export type { TlsOptions } from './driver/rabbit/tls-options.ts';
export type { TopologyOptions } from './driver/rabbit/topology-options.ts';
export type { TopologyPreset } from './driver/rabbit/topology-presets.ts';
export { connect, type Transport } from './driver/transport.ts';
export type { TransportOptions } from './driver/transport-options.ts';
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
  MessageTooLarge,
  MessageUndeliverable,
  MessagingError,
  MessagingTimeout,
  NoSuchMethod,
  OutboundFull,
  RemoteError,
  RPCVersionCapError,
  ServerListenError,
  UnsupportedVersion,
} from './errors.ts';
export { type ExecutorName, executorNames } from './executors/executor.ts';
export type { HostCounts } from './executors/hosts/host-keeper.ts';
export type { RecycleLimits } from './executors/hosts/recycling.ts';
export type { RestartLimits } from './executors/hosts/restart-brake.ts';
export type { EndpointLife, HostInfo } from './executors/loaded-service.ts';
export type { Log } from './log.ts';
export { type NotificationMethod, notificationPriorities } from './notification-method.ts';
export { type PythonException, pythonException } from './python-exception.ts';
export { configFileNames, type LoadedConfig, loadConfig } from './runtime/config-file.ts';
export type { Acknowledge } from './runtime/delivery.ts';
export type { DrainedMessage, DrainedMessages, DrainReport } from './runtime/drain-report.ts';
export type { Health, HealthCheck, HealthChecks, HealthLook } from './runtime/health.ts';
export type { HealthOptions } from './runtime/health-options.ts';
export type { HostsOptions, PoolOptions, ProcessOptions } from './runtime/host-options.ts';
export type {
  EndpointsOption,
  ModuleOption,
  SerializerOption,
} from './runtime/module-options.ts';
export type { BatchOptions, NotificationOptions } from './runtime/notification-options.ts';
export { plannedTopology } from './runtime/planned-topology.ts';
export type { RPCOptions } from './runtime/rpc-options.ts';
export {
  Runtime,
  type StartOptions,
} from './runtime/runtime.ts';
export type { RuntimeOptions } from './runtime/runtime-options.ts';
export type { RuntimeState, RuntimeStatus, StatusChange } from './runtime/runtime-status.ts';
export type { ContextValues, Serializer } from './serializer.ts';
export type { NotificationTarget, ServerTarget, Target } from './target.ts';
export type { WaitOptions } from './waiting.ts';
export type { BodyFormat } from './wire/body-format.ts';
export type { Compression } from './wire/compression.ts';
export type { LimitsOptions } from './wire/limits-options.ts';
export type { Notification, NotificationFormat } from './wire/notification.ts';
