import type { AccessPolicy } from '../dispatcher/access-policy.ts';
import type { Serializer } from '../serializer.ts';
import type { MessageLimits } from '../wire/message-limits.ts';
import type { EndpointModule } from './endpoint-module.ts';
import type { ModuleSource } from './module-source.ts';

/**
 * What an executor serves, and how, in whichever place it does: a {@link HostedService} can be cloned
 * into a host.
 */
export interface Service {
  /** Modules to load endpoints from, and endpoints that are there already, in order of search. */
  readonly endpoints: readonly (EndpointModule | { readonly instance: object })[];
  /** @default everything goes as it is */
  readonly serializer?: ModuleSource | { readonly instance: Serializer<object> } | undefined;
  /** @default 'default' */
  readonly accessPolicy?: AccessPolicy | undefined;
  /** What gets notifications. @default nothing does */
  readonly notifications?: NotificationService | undefined;
  /** URL of a module whose `register()` teaches a thread to import TypeScript. */
  readonly typescriptLoader?: string | undefined;
}

/** What gets notifications, and how. */
export interface NotificationService {
  /** Modules to load endpoints from, and endpoints that are there already; all get what they have methods for. */
  readonly endpoints: readonly (EndpointModule | { readonly instance: object })[];
  /** @default everything goes as it is */
  readonly serializer?: ModuleSource | { readonly instance: Serializer<object> } | undefined;
  /** Whether methods get lists. */
  readonly isBatched: boolean;
  /** Whether a notification comes again whose method throws, or asks for it. */
  readonly allowRequeue: boolean;
  /** Which notifications are refused unread. */
  readonly limits: MessageLimits;
}

/** A {@link NotificationService} that is loaded from modules alone. */
export interface HostedNotificationService extends NotificationService {
  readonly endpoints: readonly EndpointModule[];
  readonly serializer?: ModuleSource | undefined;
}

/** A {@link Service} that is loaded from modules alone. */
export interface HostedService extends Service {
  readonly endpoints: readonly EndpointModule[];
  readonly serializer?: ModuleSource | undefined;
  readonly notifications?: HostedNotificationService | undefined;
}

/** Takes what can be cloned into a host out of options that have more. */
export function hostedService(options: HostedService): HostedService {
  const { endpoints, serializer, accessPolicy, notifications, typescriptLoader } = options;
  return { endpoints, serializer, accessPolicy, notifications, typescriptLoader };
}
