import type { Writable } from 'node:stream';

/**
 * Has a socket send with one system call what is written to it within a turn of the event loop.
 *
 * amqplib writes each message and each acknowledgement by itself, and half of a busy server's time goes
 * into these calls. `bench/` has what it gains; a lone message is not held up, for the turn ends at once.
 */
export function corkByTurn(socket: Writable): void {
  const write = socket.write;
  let isCorked = false;
  const uncork = (): void => {
    isCorked = false;
    socket.uncork();
  };
  const corked = (...args: Parameters<typeof write>): boolean => {
    if (!isCorked) {
      isCorked = true;
      socket.cork();
      setImmediate(uncork);
    }
    return write.apply(socket, args);
  };
  socket.write = corked as typeof write;
}
