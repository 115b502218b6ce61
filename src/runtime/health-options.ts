import { z } from 'zod';

/** How a runtime tells whether it is well. */
export interface HealthOptions {
  /**
   * Answers `GET /healthz` and `GET /readyz` over HTTP on this port, from `start()` until all has ended;
   * 0 for any that is free. @default no HTTP
   */
  readonly port?: number;
  /**
   * The address to listen on. Kubernetes' HTTP probes come from outside the container: for them it has
   * to be `0.0.0.0`. @default '127.0.0.1'
   */
  readonly host?: string;
  /**
   * How long the event loop may stall before it counts as not well, and is a line in the log, in ms. The
   * broker cuts a connection after two heartbeats. @default 2_500, a quarter of the default heartbeat
   */
  readonly maxStallMs?: number;
  /** How long the ping through the broker may take, in ms. @default 2_000 */
  readonly pingTimeoutMs?: number;
}

/** {@link HealthOptions} with nothing left open; without `port` there is no HTTP. */
export interface ResolvedHealthOptions {
  readonly port: number | undefined;
  readonly host: string;
  readonly maxStallMs: number;
  readonly pingTimeoutMs: number;
}

/** The shape of {@link HealthOptions}. */
export const healthSchema: z.ZodType = z.strictObject({
  port: z.int().min(0).max(65_535).optional(),
  host: z.string().min(1).max(255).optional(),
  maxStallMs: z.number().min(1).optional(),
  pingTimeoutMs: z.number().min(1).optional(),
});

/** Fills in the defaults. */
export function resolveHealthOptions(raw: HealthOptions): ResolvedHealthOptions {
  return {
    port: raw.port,
    host: raw.host ?? '127.0.0.1',
    maxStallMs: raw.maxStallMs ?? 2_500,
    pingTimeoutMs: raw.pingTimeoutMs ?? 2_000,
  };
}
