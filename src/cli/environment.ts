/** What the environment says to the command; nothing else in it reads the environment. */
export interface Environment {
  /** `GREENROOM_TRANSPORT`: wins over the config file, loses to `--url`. */
  readonly transport: string | undefined;
  /** `GREENROOM_EXECUTOR`: read by the runtime itself; here only to complain about it early. */
  readonly executor: string | undefined;
  /** Whether a person watches stderr, so that a line can be written over. */
  readonly isInteractive: boolean;
}

/** Reads the environment once; an empty variable is as good as none. */
export function readEnvironment(): Environment {
  const { env } = process;
  return {
    transport: env['GREENROOM_TRANSPORT'] || undefined,
    executor: env['GREENROOM_EXECUTOR'] || undefined,
    // Some CI systems give their jobs a terminal, and keep every state of a line in their log.
    isInteractive: process.stderr.isTTY === true && !env['CI'] && env['TERM'] !== 'dumb',
  };
}
