import type { BodyFormat } from '../wire/body-format.ts';
import type { Compression } from '../wire/compression.ts';
import { type LabelledBody, labelled } from '../wire/labelled-body.ts';
import { encodeRequest, type Request } from '../wire/request.ts';
import type { RetryOptions } from './driver.ts';

/** What a client sends; the transport adds ids and addresses. */
export interface OutgoingRequest {
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  /** How it is written, and a Greenroom server's reply with it. @default 'json' */
  readonly format?: BodyFormat | undefined;
}

/** How a message is sent. */
export interface CastOptions extends RetryOptions {
  /** Whether it is an error that no queue takes the message; a fanout may always find none. */
  readonly mandatory?: boolean | undefined;
}

/** How a call waits; `timeoutMs` also tells the broker when the request has gone stale. */
export interface CallOptions extends CastOptions {
  readonly timeoutMs: number;
  /**
   * How long the server may be silent, in milliseconds, rounded up to whole seconds: it is asked for
   * keep-alives, and the call fails when none come. Never extends `timeoutMs`.
   */
  readonly callMonitorTimeoutMs?: number | undefined;
}

/**
 * Writes a request as a body that is ready to be sent.
 *
 * @throws TypeError when an argument or a context value has no form on the wire.
 */
export function sealedRequest(
  request: Request,
  format: BodyFormat = 'json',
  compression?: Compression,
): LabelledBody {
  return labelled(encodeRequest(request, format), format, compression);
}
