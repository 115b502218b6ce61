import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** The PEM files of one certificate. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** What a certificate says. */
export interface CertificateOptions {
  readonly commonName: string;
  /** As OpenSSL writes them, such as `DNS:localhost`. */
  readonly names?: string;
  /** How many days it is valid from now; negative for one that has expired. @default 2 */
  readonly days?: number;
  /** Encrypts the key. */
  readonly passphrase?: string;
}

/** An authority of its own, in a temporary folder, that signs certificates with `openssl`. */
export class CertificateAuthority implements AsyncDisposable {
  readonly #folder: string;
  #issued = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<CertificateAuthority> {
    const authority = new CertificateAuthority(
      await mkdtemp(path.join(tmpdir(), 'greenroom-certificates-')),
    );
    const out = ['-keyout', authority.#file('ca.key'), '-out', authority.caFile];
    await openssl('req', '-x509', ...newKey, '-nodes', '-days', '2', '-subj', '/CN=test', ...out);
    return authority;
  }

  /** The authority's own certificate. */
  get caFile(): string {
    return this.#file('ca.pem');
  }

  /** Writes a file next to the certificates. */
  async write(name: string, text: string): Promise<string> {
    await writeFile(this.#file(name), text);
    return this.#file(name);
  }

  async issue({
    commonName,
    names = `DNS:${commonName}`,
    days = 2,
    passphrase,
  }: CertificateOptions): Promise<CertificateFiles> {
    this.#issued += 1;
    const file = (suffix: string): string => this.#file(`${this.#issued}.${suffix}`);
    const [certFile, keyFile] = [file('pem'), file('key')];
    const secret = passphrase === undefined ? ['-nodes'] : ['-passout', `pass:${passphrase}`];
    const request = ['-keyout', keyFile, '-out', file('csr'), '-subj', `/CN=${commonName}`];
    await openssl('req', ...newKey, ...secret, ...request);
    await writeFile(file('ext'), `subjectAltName=${names}\n`);
    const signer = ['-CA', this.caFile, '-CAkey', this.#file('ca.key'), '-CAcreateserial'];
    const what = ['-in', file('csr'), '-extfile', file('ext'), '-days', String(days)];
    await openssl('x509', '-req', ...what, ...signer, '-out', certFile);
    return { certFile, keyFile };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #file(name: string): string {
    return path.join(this.#folder, name);
  }
}

const newKey = ['-newkey', 'rsa:2048'];

async function openssl(...args: string[]): Promise<void> {
  await promisify(execFile)('openssl', args);
}
