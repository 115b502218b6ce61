import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { InvalidOptionError, MessageDeliveryFailure, type RabbitOptions } from '../../src/index.ts';
import { describeWithPrivateBroker } from '../support/broker.ts';
import { CertificateAuthority, type CertificateFiles } from '../support/certificates.ts';
import { PrivateBroker } from '../support/private-broker.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { callOver, canary, failureOf, passphrase } from './secure-peers.ts';

describeWithPrivateBroker('over TLS', () => {
  let authority: CertificateAuthority;
  let stranger: CertificateAuthority;
  let alice: CertificateFiles;
  let brokers: PrivateBroker[] = [];
  /** Takes every client, and only those with a certificate. */
  let open: PrivateBroker;
  let mutual: PrivateBroker;
  beforeAll(async () => {
    [authority, stranger] = await Promise.all([
      CertificateAuthority.make(),
      CertificateAuthority.make(),
    ]);
    alice = await authority.issue({ commonName: 'alice', passphrase });
    const { caFile } = authority;
    const tls = { caFile, ...(await authority.issue({ commonName: 'localhost' })) };
    const requireClientCertificate = true;
    brokers = await Promise.all([
      PrivateBroker.start({ tls }),
      PrivateBroker.start({
        tls: { ...tls, requireClientCertificate },
        plugins: ['rabbitmq_auth_mechanism_ssl'],
        config: [
          'auth_mechanisms.1 = PLAIN',
          'auth_mechanisms.2 = EXTERNAL',
          'ssl_cert_login_from = common_name',
        ],
      }),
    ]);
    [open, mutual] = brokers as [PrivateBroker, PrivateBroker];
    await mutual.ctl(['add_user', 'alice', canary]);
    await mutual.ctl(['set_permissions', 'alice', '.*', '.*', '.*']);
  }, 120_000);
  afterAll(async () => {
    await Promise.all(brokers.map((broker) => broker.stop()));
    await authority[Symbol.asyncDispose]();
    await stranger[Symbol.asyncDispose]();
  });

  const urlOf = (broker: PrivateBroker, { host = 'localhost', query = '' } = {}): string =>
    `amqps://guest:guest@${host}:${broker.tlsPort}/${query}`;
  const client = (): object => ({ caFile: authority.caFile, ...alice, passphrase });

  describe('a call', () => {
    it('is answered when the authority is known', async () => {
      expect(await callOver(urlOf(open), { tls: { caFile: authority.caFile } })).toBe('answer');
    });

    it('is answered under oslo.messaging’s words for it', async () => {
      const query = `?ssl=true&ssl_ca_file=${encodeURIComponent(authority.caFile)}&ssl_version=TLSv1_2`;
      const url = `rabbit://guest:guest@localhost:${open.tlsPort}/${query}`;
      expect(await callOver(url)).toBe('answer');
    });

    it('is answered when the certificate is for the name that is asked for, if not for the host’s', async () => {
      const url = urlOf(open, { host: '127.0.0.1' });
      const tls = { caFile: authority.caFile, serverName: 'localhost' };
      expect(await callOver(url, { tls })).toBe('answer');
    });

    it('is answered by a broker that asks for our certificate', async () => {
      expect(await callOver(urlOf(mutual), { tls: client() })).toBe('answer');
    });

    it('is answered when the certificate is the login, in one file with its key too', async () => {
      const { certFile, keyFile } = await authority.issue({ commonName: 'alice' });
      const both = `${await readFile(certFile, 'utf8')}${await readFile(keyFile, 'utf8')}`;
      const tls = { caFile: authority.caFile, certFile: await authority.write('both.pem', both) };
      const url = `amqps://nobody:${canary}@localhost:${mutual.tlsPort}/`;
      expect(await callOver(url, { tls, loginMethod: 'EXTERNAL' })).toBe('answer');
    });

    it('is answered by whoever it is when that is asked for, and every connection says so', async () => {
      const log = new RecordedLog();
      const tls = { dangerouslyAcceptAnyServer: true };
      expect(await callOver(urlOf(open, { host: '127.0.0.1' }), { tls }, log)).toBe('answer');
      const warnings = log.lines.filter(({ message }) => message.includes('whoever answers'));
      expect(warnings.map(({ fields }) => fields['role'])).toEqual(
        expect.arrayContaining(['listen', 'send', 'reply']),
      );
    });

    it('is answered after the connections were lost, with the certificates of then', async () => {
      expect(
        await callOver(urlOf(open), { tls: { caFile: authority.caFile } }, undefined, () =>
          open.ctl(['close_all_connections', 'a test']),
        ),
      ).toBe('answer');
    });
  });

  describe('a start', () => {
    type Refusal = readonly [
      what: string,
      of: () =>
        | { url: string; rabbit: RabbitOptions }
        | Promise<{ url: string; rabbit: RabbitOptions }>,
      text: RegExp,
    ];
    const refusals: readonly Refusal[] = [
      [
        'an authority that is not known',
        () => ({ url: urlOf(open), rabbit: {} }),
        /shows a certificate of no authority that is trusted here: set rabbit\.tls\.caFile/,
      ],
      [
        'another authority',
        () => ({ url: urlOf(open), rabbit: { tls: { caFile: stranger.caFile } } }),
        /shows a certificate of no authority that is trusted here/,
      ],
      [
        'a host that the certificate is not for',
        () => ({
          url: urlOf(open, { host: '127.0.0.1' }),
          rabbit: { tls: { caFile: authority.caFile } },
        }),
        /shows a certificate for another name: .*set rabbit\.tls\.serverName \(IP: 127\.0\.0\.1/,
      ],
      [
        'a server name that the certificate is not for',
        () => ({
          url: urlOf(open),
          rabbit: { tls: { caFile: authority.caFile, serverName: 'broker.example' } },
        }),
        /shows a certificate for another name/,
      ],
      [
        'a certificate that we have to show and do not',
        () => ({ url: urlOf(mutual), rabbit: { tls: { caFile: authority.caFile } } }),
        /asks for a client certificate: set rabbit\.tls\.certFile and rabbit\.tls\.keyFile/,
      ],
      [
        'a certificate of ours from another authority',
        async () => ({
          url: urlOf(mutual),
          rabbit: {
            tls: {
              caFile: authority.caFile,
              ...(await stranger.issue({ commonName: 'alice' })),
            },
          },
        }),
        /does not accept our client certificate/,
      ],
      [
        'a plain client on the port for TLS',
        () => ({ url: `rabbit://guest:${canary}@localhost:${open.tlsPort}/`, rabbit: {} }),
        /speaks TLS on this port: write amqps:\/\/ or ssl=true/,
      ],
      [
        'a plain client on a port for TLS that asks for certificates',
        () => ({ url: `rabbit://guest:${canary}@localhost:${mutual.tlsPort}/`, rabbit: {} }),
        /speaks TLS on this port/,
      ],
      [
        'TLS on the plain port',
        () => ({ url: `amqps://guest:${canary}@localhost:${open.port}/`, rabbit: {} }),
        /does not speak TLS on this port/,
      ],
      [
        'a certificate that is nobody’s login',
        async () => ({
          url: urlOf(mutual),
          rabbit: {
            loginMethod: 'EXTERNAL',
            tls: { caFile: authority.caFile, ...(await authority.issue({ commonName: 'bob' })) },
          },
        }),
        /ACCESS_REFUSED - Login was refused using authentication mechanism EXTERNAL/,
      ],
      [
        'a login method that is not offered',
        () => ({ url: urlOf(mutual), rabbit: { tls: client(), loginMethod: 'AMQPLAIN' } }),
        /does not offer our login method .*AMQPLAIN.*: set rabbit\.loginMethod/,
      ],
      [
        'a wrong password',
        () => ({
          url: `amqps://guest:${canary}@localhost:${mutual.tlsPort}/`,
          rabbit: { tls: client() },
        }),
        /ACCESS_REFUSED/,
      ],
    ];
    it.each(refusals)('fails at once with a reason of its own for %s', async (_what, of, text) => {
      const { url, rabbit } = await of();
      const error = await failureOf(url, rabbit);
      expect(error).toBeInstanceOf(MessageDeliveryFailure);
      expect(error.message).toMatch(text);
    });

    it('fails at once for a certificate that has expired', async () => {
      const expired = await authority.issue({ commonName: 'localhost', days: -1 });
      const broker = await PrivateBroker.start({ tls: { caFile: authority.caFile, ...expired } });
      onTestFinished(() => broker.stop());
      const error = await failureOf(urlOf(broker), { tls: { caFile: authority.caFile } });
      expect(error.message).toMatch(/shows a certificate that has expired/);
    }, 90_000);

    type Mistake = readonly [
      what: string,
      of: () => RabbitOptions | Promise<RabbitOptions>,
      text: RegExp,
    ];
    const mistakes: readonly Mistake[] = [
      [
        'a file that is not there',
        () => ({ tls: { caFile: '/nowhere/ca.pem' } }),
        /^rabbit\.tls\.caFile: ENOENT.*\/nowhere\/ca\.pem/,
      ],
      [
        'a file without a certificate',
        async () => ({ tls: { caFile: await authority.write('empty.pem', 'none') } }),
        /^rabbit\.tls\.caFile: no PEM certificate in /,
      ],
      [
        'a certificate without its key',
        () => ({ tls: { certFile: alice.certFile } }),
        /^rabbit\.tls\.certFile: no PEM private key in /,
      ],
      [
        'the key of another certificate',
        async () => ({
          tls: { ...alice, keyFile: (await authority.issue({ commonName: 'bob' })).keyFile },
        }),
        /^rabbit\.tls: certFile .* and its key in .* cannot be used: .*mismatch/,
      ],
      [
        'a wrong passphrase',
        () => ({ tls: { ...alice, passphrase: `${passphrase}!` } }),
        /cannot be used: .*is rabbit\.tls\.passphrase that of the key\?/,
      ],
      [
        'a login by a certificate that there is not',
        () => ({ loginMethod: 'EXTERNAL' }),
        /loginMethod EXTERNAL is a login by certificate: set rabbit\.tls\.certFile/,
      ],
    ];
    it.each(mistakes)('fails at once, naming the option, for %s', async (_what, of, text) => {
      const error = await failureOf(urlOf(open), await of());
      expect(error).toBeInstanceOf(InvalidOptionError);
      expect(error.message).toMatch(text);
    });
  });
});
