/**
 * Where a message goes, or which interface a server offers; oslo.messaging's `Target`.
 *
 * Which fields matter depends on who reads it: a client needs `topic`; a server needs `topic` and
 * `server`; an endpoint needs `namespace` and `version`. Source: oslo-wire.md 3 and 7.
 */
export interface Target {
  /** Scope of the topic; the transport's `controlExchange` when absent. */
  readonly exchange?: string;
  /** What kind of server: every server of the topic shares its queue. */
  readonly topic?: string;
  /** Which of a server's endpoints; absent means the null namespace, `''` is a namespace of its own. */
  readonly namespace?: string;
  /** `major.minor` or `major.minor.revision`; a server takes absent for `1.0`. */
  readonly version?: string;
  /** One server of the topic. */
  readonly server?: string;
  /** Every server of the topic; casts only. */
  readonly fanout?: boolean;
}

/** A target that a server can listen on. */
export interface ServerTarget extends Target {
  readonly topic: string;
  readonly server: string;
}

/** Where notifications go, and where they are listened for. */
export interface NotificationTarget {
  /** Scope of the topic; the transport's `controlExchange` when absent. */
  readonly exchange?: string;
  readonly topic: string;
}

const shown = ['exchange', 'topic', 'namespace', 'version', 'server', 'fanout'] as const;

/** Prints a target the way oslo.messaging does in its errors: `<Target topic=t, server=s>`. */
export function formatTarget(target: Target): string {
  const fields = shown.filter((name) => target[name]).map((name) => `${name}=${target[name]}`);
  return `<Target ${fields.join(', ')}>`;
}
