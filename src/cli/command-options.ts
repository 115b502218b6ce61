import type { Environment } from './environment.ts';
import type { Output } from './output.ts';

/** What a command is made with. */
export interface CommandOptions {
  readonly environment: Environment;
  readonly output: Output;
}
