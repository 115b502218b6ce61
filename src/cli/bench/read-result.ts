import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { UsageError } from '../usage-error.ts';
import type { BenchResult } from './result.ts';

/**
 * Reads a result that was written to a JSON file.
 *
 * @throws {@link UsageError} when it can't be read, or is no result.
 */
export async function readResult(file: string): Promise<BenchResult> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`can't read the result ${file}: ${reason}`, { cause });
  }
  const parsed = resultSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') || 'as a whole';
  throw new UsageError(`${file} is no result of a benchmark: ${where}: ${issue?.message}`, {
    cause: parsed.error,
  });
}

const figure = z.number().nonnegative();
const byRole = z.object({
  server: figure.exactOptional(),
  client: figure.exactOptional(),
  broker: figure.exactOptional(),
});
const byProcess = byRole.omit({ broker: true });

const roundSchema = z.object({
  callsPerSecond: figure,
  p50Ms: figure,
  p90Ms: figure,
  p99Ms: figure,
  maxMs: figure,
  errors: figure,
  cpuPer10kCalls: byRole.exactOptional(),
  rssMb: byProcess.exactOptional(),
  stallMs: byProcess.exactOptional(),
  pingP99Ms: figure.exactOptional(),
  bytesPerCall: figure.exactOptional(),
  curve: z.array(z.tuple([figure.max(100), figure])).exactOptional(),
});

const resultSchema: z.ZodType<BenchResult> = z.object({
  format: z.literal(1),
  startedAt: z.iso.datetime(),
  machine: z.object({
    cpu: z.string(),
    cores: figure,
    memoryMb: figure,
    os: z.string(),
    loadBefore: figure,
  }),
  versions: z.record(z.string(), z.string()),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  series: z.array(
    z.object({
      measure: z.string(),
      subject: z.string(),
      outstanding: figure,
      rounds: z.array(roundSchema),
      skipped: z.string().exactOptional(),
    }),
  ),
  conclusion: z.string().exactOptional(),
  notes: z.array(z.string()).exactOptional(),
});
