import type { DrainReport } from '../index.ts';
import { formatDuration } from './durations.ts';
import { errorFields, type ReportOptions } from './failure-report.ts';
import type { ShutdownSignal } from './interruption.ts';
import { formatJsonText } from './json-text.ts';
import type { Output } from './output.ts';
import type { Server } from './server.ts';

/** Tells on stdout what becomes of a server. */
export interface ServeReport {
  ready(server: Server, ms: number): void;
  draining(signal: ShutdownSignal, timeoutMs: number): void;
  stoppingAtOnce(signal: ShutdownSignal): void;
  stopped(report: DrainReport, failure: Error | undefined): void;
}

/** Makes the report that the options ask for: lines for people, or lines of JSON. */
export function makeServeReport(output: Output, { json }: ReportOptions): ServeReport {
  return json ? new JsonReport(output) : new PlainReport(output);
}

class PlainReport implements ServeReport {
  readonly #output: Output;
  #drainBegun: number | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  ready({ runtime, rpc, notificationTopics, transport }: Server, ms: number): void {
    const facts = [
      `ready in ${formatDuration(ms)}`,
      `executor ${runtime.executor} (${runtime.slots} ${runtime.slots === 1 ? 'slot' : 'slots'})`,
      ...(rpc === undefined ? [] : [`topic ${rpc.topic}`, `server ${rpc.server}`]),
      ...(notificationTopics.length > 0
        ? [`notifications of ${notificationTopics.join(', ')}`]
        : []),
      transport.url,
      ...(runtime.healthUrl === undefined ? [] : [`probes ${runtime.healthUrl}`]),
    ];
    this.#output.result(facts.join(' · '));
  }

  draining(signal: ShutdownSignal, timeoutMs: number): void {
    this.#drainBegun = performance.now();
    const again = signal === 'SIGINT' ? 'press Ctrl-C again' : 'signal again';
    this.#output.result(`draining: ${formatDuration(timeoutMs)} at most; ${again} to stop at once`);
  }

  stoppingAtOnce(): void {
    this.#output.result('stopping at once');
  }

  stopped({ finished, returned, abandoned }: DrainReport): void {
    const facts = [`${finished} finished`, `${returned} returned`, `${abandoned} abandoned`];
    const took =
      this.#drainBegun === undefined
        ? ''
        : ` after ${formatDuration(performance.now() - this.#drainBegun)}`;
    this.#output.result(`stopped${took} · ${facts.join(' · ')}`);
  }
}

class JsonReport implements ServeReport {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  ready({ runtime, transport, rpc, notificationTopics, configFile }: Server, ms: number): void {
    this.#print('ready', {
      ms: Math.round(ms),
      executor: runtime.executor,
      slots: runtime.slots,
      ...(rpc !== undefined && { topic: rpc.topic, server: rpc.server }),
      ...(notificationTopics.length > 0 && { notifications: notificationTopics }),
      url: transport.url,
      config: configFile,
      pid: process.pid,
      ...(runtime.healthUrl !== undefined && { probes: runtime.healthUrl }),
    });
  }

  draining(signal: ShutdownSignal, timeoutMs: number): void {
    this.#print('draining', { signal, timeoutMs });
  }

  stoppingAtOnce(signal: ShutdownSignal): void {
    this.#print('stopping', { signal });
  }

  stopped(report: DrainReport, failure: Error | undefined): void {
    this.#print('stopped', {
      ...report,
      ...(failure !== undefined && { error: errorFields(failure) }),
    });
  }

  #print(event: string, fields: object): void {
    this.#output.result(formatJsonText({ event, ...fields }));
  }
}
