/** Something that goes on until it is stopped. */
export interface Load {
  /** Begins nothing more, and resolves when what was begun has ended. */
  stop(): Promise<void>;
}

/**
 * Keeps so many calls under way.
 *
 * @param call - Is not to reject.
 */
export function steadily(atOnce: number, call: () => Promise<void>): Load {
  const over = { isOver: false };
  const caller = async (): Promise<void> => {
    while (!over.isOver) await call();
  };
  const calling = Promise.all(Array.from({ length: atOnce }, caller));
  return {
    async stop() {
      over.isOver = true;
      await calling;
    },
  };
}
