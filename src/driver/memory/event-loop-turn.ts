// Taken once: tests that run on a fake clock replace the global, and would wait here for ever.
const { setImmediate } = globalThis;

/**
 * Does something in the next turn of the event loop; what is asked for first is done first.
 *
 * A broker's answer always comes by way of the loop. In memory it has to be made to: calls that
 * answer each other in microtasks alone would let no timer fire and no socket be read.
 */
export function inNextTurn(action: () => void): void {
  setImmediate(action);
}

/** Resolves in the next turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise(inNextTurn);
}
