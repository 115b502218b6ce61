import { pingMethod } from '../dispatcher/ping-endpoint.ts';
import type { ConnectionStatus } from '../driver/connection-status.ts';
import { troubleOf } from '../driver/connection-trouble.ts';
import type { Transport } from '../driver/transport.ts';
import type { HostCounts } from '../executors/hosts/host-keeper.ts';
import { type Log, shortened } from '../log.ts';
import type { ServerTarget } from '../target.ts';
import type { ResolvedHealthOptions } from './health-options.ts';
import { LoopWatch } from './loop-watch.ts';
import type { RuntimeState, RuntimeStatus } from './runtime-status.ts';

/** One thing that has to be well, and what was found. */
export interface HealthCheck {
  readonly ok: boolean;
  /** For people. */
  readonly detail: string;
}

/**
 * Everything that is looked at.
 *
 * - `connected`: every connection that is needed is there.
 * - `unblocked`: the broker takes messages; it does not when it is short of memory or disk.
 * - `consuming`: the broker has confirmed the consumers, and they are not being withdrawn.
 * - `hosts`: hosts are at work, and do not only crash.
 * - `loop`: the event loop of this thread has not stalled lately.
 * - `ping`: a call through the broker to this very server was answered in time.
 */
export type HealthChecks = Readonly<
  Record<'connected' | 'unblocked' | 'consuming' | 'hosts' | 'loop' | 'ping', HealthCheck>
>;

/** Whether a runtime is well. */
export interface Health {
  readonly state: RuntimeState;
  /** Whether it should be left alone: not so once it has stopped or failed. An outage passes by itself. */
  readonly live: boolean;
  /** Whether it serves now: it runs, and every check is ok. */
  readonly ready: boolean;
  readonly checks: HealthChecks;
}

/** How {@link Runtime.health} looks. */
export interface HealthLook {
  /** Whether to send a ping, which opens the reply queue when it is the first. @default true */
  readonly ping?: boolean;
}

interface Pinged {
  readonly transport: Transport;
  readonly target: ServerTarget;
}

/** What {@link HealthMonitor} looks at. */
export interface HealthSubject {
  readonly status: () => RuntimeStatus;
  readonly hosts: () => HostCounts | undefined;
  /** What answers pings, and how it is reached; absent where nothing does. */
  readonly pinged: () => Pinged | undefined;
}

/** Looks whether a runtime is well. */
export class HealthMonitor {
  readonly #options: ResolvedHealthOptions;
  readonly #subject: HealthSubject;
  readonly #loop: LoopWatch;
  #pinging: Promise<HealthCheck> | undefined;

  constructor(options: ResolvedHealthOptions, subject: HealthSubject, log: Log) {
    this.#options = options;
    this.#subject = subject;
    this.#loop = new LoopWatch(options.maxStallMs, log);
  }

  /** Never rejects, and takes no longer than a ping may. */
  async look({ ping: wantsPing = true }: HealthLook): Promise<Health> {
    const isRunning = this.#subject.status().state === 'running';
    const ping =
      isRunning && wantsPing ? await this.#ping() : { ok: true, detail: 'none was sent' };
    const status = this.#subject.status();
    const { state, connections } = status;
    const checks = {
      connected: connected(connections),
      unblocked: unblocked(connections),
      consuming: consuming(status),
      hosts: hostsAtWork(this.#subject.hosts()),
      loop: this.#turning(),
      ping,
    };
    const areOk = Object.values(checks).every(({ ok }) => ok);
    return {
      state,
      live: state !== 'stopped' && state !== 'failed',
      ready: state === 'running' && areOk,
      checks,
    };
  }

  stop(): void {
    this.#loop.stop();
  }

  #turning(): HealthCheck {
    const stallMs = Math.round(this.#loop.longestStallMs);
    const ok = stallMs < this.#options.maxStallMs;
    return { ok, detail: `its longest stall of the last seconds was ${stallMs} ms` };
  }

  /** However many ask at once, there is one ping. */
  #ping(): Promise<HealthCheck> {
    this.#pinging ??= this.#sendPing().finally(() => {
      this.#pinging = undefined;
    });
    return this.#pinging;
  }

  async #sendPing(): Promise<HealthCheck> {
    const pinged = this.#subject.pinged();
    if (pinged === undefined) return { ok: true, detail: 'nothing here answers pings' };
    const begun = performance.now();
    const request = { method: pingMethod, args: {}, context: {} };
    try {
      await pinged.transport.call(pinged.target, request, {
        timeoutMs: this.#options.pingTimeoutMs,
      });
    } catch (error) {
      return { ok: false, detail: shortened((error as Error).message) };
    }
    return { ok: true, detail: `answered in ${Math.round(performance.now() - begun)} ms` };
  }
}

function connected(connections: readonly ConnectionStatus[]): HealthCheck {
  const missing = connections.find(({ state }) => state === 'connecting' || state === 'closed');
  if (missing !== undefined) return { ok: false, detail: troubleOf(missing) };
  if (connections.length === 0) return { ok: false, detail: 'there is no connection' };
  return { ok: true, detail: `${connections.length} connections` };
}

function unblocked(connections: readonly ConnectionStatus[]): HealthCheck {
  const blocked = connections.find(({ state }) => state === 'blocked');
  if (blocked !== undefined) return { ok: false, detail: troubleOf(blocked) };
  return { ok: true, detail: 'the broker takes messages' };
}

function consuming({ state, connections }: RuntimeStatus): HealthCheck {
  if (state !== 'running') return { ok: false, detail: `the runtime is ${state}` };
  const listening = connections.filter(({ role }) => role === 'listen');
  const ok = listening.length > 0 && listening.every((each) => each.state === 'connected');
  return { ok, detail: ok ? 'the consumers are confirmed' : 'the consumers are gone' };
}

function hostsAtWork(hosts: HostCounts | undefined): HealthCheck {
  if (hosts === undefined) return { ok: true, detail: 'methods run in this thread' };
  const { active, wanted, crashed, stuck, isHoldingBack } = hosts;
  const detail = `${active} of ${wanted} at work, ${crashed} crashed, ${stuck} stuck`;
  if (isHoldingBack) return { ok: false, detail: `${detail}; they only crash` };
  return { ok: active > 0, detail };
}
