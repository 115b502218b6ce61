import { presentableLine } from '../output.ts';
import { packageVersion } from '../package-version.ts';
import type { BenchOptions } from './bench-options.ts';
import { concludeBench } from './conclusion.ts';
import { describeMachine } from './machine.ts';
import { noiseNotes } from './noise-notes.ts';
import type { BenchResult } from './result.ts';
import type { RunRecord } from './run-record.ts';
import type { BenchService } from './service.ts';
import type { BenchCall } from './service-client.ts';

/** What is known of a result when the benchmark begins. */
export type BenchBeginning = Omit<BenchResult, 'series' | 'conclusion' | 'notes'>;

/** Describes what is about to be measured, and where; without what is secret or large. */
export function beginResult(
  service: BenchService,
  { method, args }: BenchCall,
  { duration, warmUp, rounds, format }: BenchOptions,
): BenchBeginning {
  const { topic, namespace, version, server } = service.target;
  return {
    format: 1,
    startedAt: new Date().toISOString(),
    machine: describeMachine(),
    versions: { node: process.versions.node, greenroom: packageVersion() },
    settings: {
      topic,
      ...(namespace !== undefined && { namespace }),
      ...(version !== undefined && { version }),
      ...(server !== undefined && { server }),
      method,
      'argument bytes': Buffer.byteLength(JSON.stringify(args, withDigits)),
      format,
      'duration ms': duration,
      'warm-up ms': warmUp,
      rounds,
    },
  };
}

/**
 * Adds what has been found so far, and what follows from it.
 *
 * @param failure - What ended it before its time.
 */
export function completeResult(
  beginning: BenchBeginning,
  record: RunRecord,
  failure: unknown,
): BenchResult {
  const series = record.series();
  const conclusion = concludeBench(series);
  const reason = failure instanceof Error ? failure.message : String(failure);
  const ending = failure === undefined ? [] : [`it ended before its time: ${reason}`];
  const found = [...ending, ...record.notes(), ...noiseNotes(series, beginning.machine)];
  // They may quote what others said.
  const notes = found.map(presentableLine);
  return {
    ...beginning,
    series,
    ...(conclusion !== undefined && { conclusion }),
    ...(notes.length > 0 && { notes }),
  };
}

function withDigits(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
