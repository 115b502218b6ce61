import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { checkServerIdentity, createSecureContext, type SecureContext } from 'node:tls';
import { InvalidOptionError } from '../../errors.ts';

/**
 * How connections over TLS 1.2 or later are made. The broker's certificate is verified, for the name
 * of the host that is connected to, at every host of a failover list.
 *
 * Files are PEM, and are read again at each connection, so that renewed certificates need no restart.
 * Source: oslo-wire.md 14.
 */
export interface TlsOptions {
  /** The authorities that may have signed the broker's certificate (`ssl_ca_file`). @default the well-known ones */
  readonly caFile?: string;
  /** Our certificate, with the chain up to its authority, for a broker that asks (`ssl_cert_file`). */
  readonly certFile?: string;
  /** The key of our certificate (`ssl_key_file`). @default the same file as `certFile` */
  readonly keyFile?: string;
  /** Decrypts the key; it is shown nowhere. */
  readonly passphrase?: string;
  /** The name that the certificate has to be for, where it is not the host's. @default the host's */
  readonly serverName?: string;
  /**
   * Trusts any certificate for any name: who sits between reads and changes everything, the password
   * too. Every connection logs a warning. @default false
   */
  readonly dangerouslyAcceptAnyServer?: boolean;
}

/**
 * What `tls.connect` takes for these options and this host.
 *
 * @throws {@link InvalidOptionError} naming the file that can't be read or used.
 */
export async function secureSocketOptions(tls: TlsOptions, hostname: string): Promise<object> {
  const name = tls.serverName ?? hostname;
  return {
    secureContext: await makeContext(tls),
    rejectUnauthorized: !tls.dangerouslyAcceptAnyServer,
    // An address is no server name in a TLS hello, but it can be what a certificate is for.
    ...(isIP(name) === 0 && { servername: name }),
    checkServerIdentity: (_: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
      checkServerIdentity(name, certificate),
  };
}

async function makeContext(tls: TlsOptions): Promise<SecureContext> {
  const { caFile, certFile, keyFile = certFile, passphrase } = tls;
  const [ca, cert, key] = await Promise.all([
    read(caFile, 'caFile', 'CERTIFICATE'),
    read(certFile, 'certFile', 'CERTIFICATE'),
    read(keyFile, keyFile === certFile ? 'certFile' : 'keyFile', 'PRIVATE KEY'),
  ]);
  try {
    return createSecureContext({ ca, cert, key, passphrase, minVersion: 'TLSv1.2' });
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidOptionError(
      `rabbit.tls: certFile ${certFile} and its key in ${keyFile} cannot be used: ${text}${hintAt(key)}`,
      { cause },
    );
  }
}

/** A wrong passphrase makes noise of the key, and of that OpenSSL says one thing or another. */
function hintAt(key: string | undefined): string {
  return key?.includes('ENCRYPTED') ? ' (is rabbit.tls.passphrase that of the key?)' : '';
}

// OpenSSL takes a file without any certificate in silence, and trusts nobody then.
async function read(
  file: string | undefined,
  option: string,
  kind: 'CERTIFICATE' | 'PRIVATE KEY',
): Promise<string | undefined> {
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidOptionError(`rabbit.tls.${option}: ${reason}`, { cause });
  }
  if (new RegExp(`-----BEGIN [A-Z0-9 ]{0,30}${kind}-----`).test(text)) return text;
  throw new InvalidOptionError(`rabbit.tls.${option}: no PEM ${kind.toLowerCase()} in ${file}`);
}
