/** What was asked for can't be done as it was asked: the arguments, the environment or the config. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** As errors of the public API have one. */
  readonly code = 'ERR_GREENROOM_USAGE';
}
