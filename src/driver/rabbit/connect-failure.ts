import { MessagingError } from '../../errors.ts';

/** Why a connection could not be made. */
export interface ConnectFailure {
  /** What went wrong; where it is final it completes `the broker at host:port …`. */
  readonly text: string;
  /** Whether the broker is there and will not have us, or we not it: again would be the same. */
  readonly isFinal: boolean;
}

const untrusted =
  'shows a certificate of no authority that is trusted here: set rabbit.tls.caFile to its authority';
const refusesOurs = 'does not accept our client certificate';
const asksForOurs = 'asks for a client certificate: set rabbit.tls.certFile and rabbit.tls.keyFile';
const noVersion = 'speaks no version of TLS from 1.2 on';

/** Node's codes for what is wrong with a TLS handshake, each seen on a real broker or in OpenSSL's list. */
const tlsFailures: ReadonlyMap<unknown, string> = new Map([
  ['SELF_SIGNED_CERT_IN_CHAIN', untrusted],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', untrusted],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', untrusted],
  ['CERT_SIGNATURE_FAILURE', untrusted],
  ['CERT_HAS_EXPIRED', 'shows a certificate that has expired'],
  ['CERT_NOT_YET_VALID', 'shows a certificate that is not valid yet'],
  ['CERT_REVOKED', 'shows a certificate that was revoked'],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'shows a certificate for another name: connect to that name, or set rabbit.tls.serverName',
  ],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', asksForOurs],
  // What TLS 1.2 has for it; it has the same for ciphers that do not match, which RabbitMQ's do.
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', asksForOurs],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', refusesOurs],
  ['ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE', refusesOurs],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED', refusesOurs],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', refusesOurs],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', refusesOurs],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', refusesOurs],
  ['ERR_SSL_TLSV1_ALERT_ACCESS_DENIED', refusesOurs],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', noVersion],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', noVersion],
  [
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'does not speak TLS on this port: connect to its port for TLS (5671 as a rule)',
  ],
]);

/** For a broker that was found to speak TLS where we did not. */
export const speaksTlsFailure: ConnectFailure = {
  text: 'speaks TLS on this port: write amqps:// or ssl=true in the URL, or set rabbit.tls',
  isFinal: true,
};

/** Whether the broker hung up in the middle of the handshake, as one does that expects TLS. */
export function wasCutOff(error: unknown): boolean {
  return /closed abruptly|ECONNRESET/.test(messageOf(error));
}

/** Finds out what an error of a connection attempt means; the virtual host is only for the text. */
export function diagnose(error: unknown, virtualHost: string): ConnectFailure {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const tlsFailure = tlsFailures.get(code);
  if (tlsFailure !== undefined) {
    return { text: `${tlsFailure} (${detailOf(error)})`, isFinal: true };
  }
  const text = messageOf(error);
  if (/^SASL mechanism \S+ is not provided/.test(text)) {
    return {
      text: `does not offer our login method (${text}): set rabbit.loginMethod`,
      isFinal: true,
    };
  }
  if (/^Expected ConnectionOpenOk; got <ConnectionClose\b/.test(text)) {
    // amqplib keeps to itself what the broker said.
    const reasons = 'there is none of that name, it is not for this user, or it is full or down';
    return { text: `refuses the virtual host '${virtualHost}': ${reasons}`, isFinal: true };
  }
  return wasRefused(error, text)
    ? { text: `refused: ${text}`, isFinal: true }
    : { text, isFinal: false };
}

/** An error's message, also where Node gathered those of several addresses and wrote none of its own. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(messageOf).join(', ');
  }
  return error instanceof Error ? error.message : String(error);
}

/**
 * Whether the broker understood a method and said no (AMQP reply codes 4xx: access refused, not
 * found, resource locked, precondition failed); asking again would not change its mind.
 */
export function isRefusal(error: unknown): error is Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' && code >= 400 && code < 500;
}

/** Whether it is because of an exchange or queue that is not there. */
export function isNotFound(error: unknown): error is Error {
  return isRefusal(error) && 'code' in error && error.code === 404;
}

function wasRefused(error: unknown, text: string): boolean {
  if (error instanceof MessagingError) return !error.retryable;
  // amqplib gives a handshake that was refused no code, only the broker's words.
  const refusal = /\b(403|404|530)\b.*(ACCESS[-_]REFUSED|NOT[-_]FOUND|NOT[-_]ALLOWED)/;
  return isRefusal(error) || refusal.test(text);
}

/** The short form of what OpenSSL or Node found. */
function detailOf(error: unknown): string {
  const reason = error instanceof Error && 'reason' in error ? error.reason : undefined;
  return typeof reason === 'string' ? reason : messageOf(error);
}
