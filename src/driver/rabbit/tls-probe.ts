import { type ConnectionOptions, connect } from 'node:tls';
import type { TransportHost } from '../transport-url.ts';

/**
 * Finds out whether a port speaks TLS, by beginning a handshake and leaving; nothing is sent over it.
 *
 * A broker that expects TLS cuts a plain connection without a word, and so does one that is starting:
 * only asking tells them apart.
 */
export function speaksTls(
  { hostname, port }: TransportHost,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const options: ConnectionOptions & { readonly signal: AbortSignal } = {
      host: hostname,
      port,
      timeout: timeoutMs,
      signal,
      // Whose certificate it is does not matter here: no connection comes of it.
      rejectUnauthorized: false,
    };
    const socket = connect(options);
    const answer = (doesSpeak: boolean): void => {
      socket.destroy();
      resolve(doesSpeak);
    };
    socket.once('secureConnect', () => answer(true));
    socket.once('timeout', () => answer(false));
    socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
      // An alert is TLS too; anything else that came instead is not.
      answer(/^ERR_SSL_.*ALERT/.test(code));
    });
  });
}
