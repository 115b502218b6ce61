import type { RabbitOptions, Target } from '../../index.ts';

/** What the pinger's thread is started with. */
export interface PingerData {
  readonly url: string;
  readonly controlExchange: string | undefined;
  readonly rabbit: RabbitOptions | undefined;
  /** A server by its name: pings of a topic would wait in line with the calls. */
  readonly target: Target;
}

/** What the pinger is told. */
export type PingerCommand = 'begin' | 'end' | 'close';

/** What the pinger says: once when it is connected, and once for each `end`. */
export type PingerEvent =
  | { readonly type: 'connected' }
  | {
      readonly type: 'measured';
      /** 99 of 100 pings were answered within this. */
      readonly p99Ms: number;
      readonly pings: number;
    };
