/** Something that is measured: a service that runs, or one that is started under an executor. */
export interface Subject {
  /** As it stands in the result. */
  readonly name: string;
  /**
   * Makes it ready for the windows of one round.
   *
   * @throws what kept it from being ready, or the signal's reason.
   */
  open(signal: AbortSignal): Promise<OpenSubject>;
}

/** A {@link Subject} that takes calls; disposing of it ends what `open` began. */
export interface OpenSubject extends AsyncDisposable {
  /** The server's process, where it is known. */
  readonly serverPid?: number;
  /** Aborts when it has come to an end by itself; the reason says how. */
  readonly gone?: AbortSignal;
}
