/** What a pulse is felt at; a socket. */
export interface Pulsing {
  readonly bytesRead: number;
}

/** How often a heartbeat's time is looked at. */
const looksPerHeartbeat = 8;
/**
 * After so many looks without a byte there is nobody: less than two heartbeats after the last byte, as
 * the look that it came before does not count, and timers are late.
 */
const silentLooks = 2 * looksPerHeartbeat - 2;

/**
 * Calls `onSilence` when the broker has sent nothing for two heartbeats: it sends two in each. amqplib
 * needs three to notice. An event loop that was blocked looks once when it is back, so its own
 * absence is not held against the broker.
 *
 * @param heartbeatMs - What was agreed with the broker; 0 when nothing was, and nothing is watched.
 * @returns What ends that.
 */
export function watchPulse(
  socket: Pulsing,
  heartbeatMs: number,
  onSilence: () => void,
): () => void {
  if (heartbeatMs === 0) return () => {};
  let read = socket.bytesRead;
  let silent = 0;
  const look = (): void => {
    silent = socket.bytesRead === read ? silent + 1 : 0;
    read = socket.bytesRead;
    if (silent < silentLooks) return;
    clearInterval(timer);
    onSilence();
  };
  const timer = setInterval(look, heartbeatMs / looksPerHeartbeat);
  return () => clearInterval(timer);
}
