/** What the environment says; the one place below the command that reads it. */
export interface Environment {
  /** `GREENROOM_EXECUTOR`: wins over the config file, loses to an argument. */
  readonly executor: string | undefined;
}

/** Reads the environment once; an empty variable is as good as none. */
export function readEnvironment(): Environment {
  return { executor: process.env['GREENROOM_EXECUTOR'] || undefined };
}
