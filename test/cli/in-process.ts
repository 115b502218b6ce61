import { Writable } from 'node:stream';
import type { Environment } from '../../src/cli/environment.ts';
import { Output } from '../../src/cli/output.ts';
import { runProgram } from '../../src/cli/program.ts';

/** What a command wrote, and its exit code. */
export interface Told {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in this process, for what can be told without a process of its own. */
export async function tell(
  args: readonly string[],
  environment: Partial<Environment> = {},
): Promise<Told> {
  const { isInteractive = false } = environment;
  const stdout = new Captured();
  const stderr = new Captured();
  const output = new Output({ stdout, stderr, isInteractive });
  const given = { transport: undefined, executor: undefined, isInteractive, ...environment };
  const code = await runProgram(args, given, output);
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** A stream that keeps what is written to it. */
export class Captured extends Writable {
  text = '';

  override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}
