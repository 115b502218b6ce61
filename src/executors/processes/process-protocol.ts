import type { FromHost, ToHost } from '../hosts/host-protocol.ts';

/** What a child's one task is started with. */
export interface ProcessTask {
  /** A `HostSetup` as `v8.serialize` has written it. */
  readonly setup: Uint8Array;
  /** Of the file of `FileFlags`; absent when none could be made. */
  readonly flagsPath: string | undefined;
  /** `monotonicOffset()` of the runtime's process. */
  readonly monotonicOffset: number;
}

/** What a child says beside what every host says: about the process itself. */
export type FromProcess =
  | FromHost
  /** The last words of one that something was thrown in that nobody caught. */
  | { readonly type: 'uncaught'; readonly message: string; readonly stack: string | undefined }
  /** The host has ended as it was told to, and the process is about to. */
  | { readonly type: 'ended' };

/** A message of ours; the channel also carries Tinypool's, and whatever an endpoint sends. */
export interface Marked<Message> {
  readonly greenroom: Message;
}

/** Marks a message of the runtime or of a host as one. */
export function marked<Message extends FromProcess | ToHost>(message: Message): Marked<Message> {
  return { greenroom: message };
}

/** Takes a message out of its mark; nothing when it is not ours. */
export function unmarked<Message extends FromProcess | ToHost>(
  received: unknown,
): Message | undefined {
  if (typeof received !== 'object' || received === null) return undefined;
  return (received as Partial<Marked<Message>>).greenroom ?? undefined;
}
