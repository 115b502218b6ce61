import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type TestContext } from 'vitest';
import { isSoak } from './soak.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a test has to say of a row of the fault matrix. */
export interface Row {
  /** The fault, as `docs/reliability.md` names it. */
  readonly fault: string;
  /** What is promised, in words and figures. */
  readonly promise: string;
  /** What happened, in numbers. */
  readonly counts: Readonly<Record<string, number>>;
  /** The longest of each kind of time, in milliseconds. */
  readonly worstMs?: Readonly<Record<string, number>>;
  /** Whether it was run at the counts of the matrix. @default whether this is a soak */
  readonly isWhole?: boolean;
}

/**
 * Adds a row to the test's notes, and, once the test has passed, to the file that `npm run test:soak`
 * makes its table of.
 */
export async function report({ annotate, onTestFinished }: TestContext, row: Row): Promise<void> {
  const { currentTestName: test, testPath = '' } = expect.getState();
  const { GREENROOM_FAULT_REPORT: file, GREENROOM_FAULT_BROKER: rabbitmq } = process.env;
  if (file) {
    const versions = { node: process.versions.node, rabbitmq };
    const run = { test, file: path.relative(root, testPath), isWhole: isSoak, at: new Date() };
    const line = JSON.stringify({ ...run, ...versions, ...row });
    onTestFinished(({ task }) => {
      if (task.result?.state === 'pass') appendFileSync(file, `${line}\n`);
    });
  }
  await annotate(`${row.fault}: ${numbers(row.counts, '')}; ${numbers(row.worstMs ?? {}, ' ms')}`);
}

/** The longest of some durations, rounded; 0 of none. */
export function worst(durationsMs: readonly number[]): number {
  return Math.round(Math.max(0, ...durationsMs));
}

function numbers(named: Readonly<Record<string, number>>, unit: string): string {
  return Object.entries(named)
    .map(([name, number]) => `${name} ${number}${unit}`)
    .join(', ');
}
