import type { TransportOptions } from 'greenroom';
import { afterAll, beforeAll, expect, it, onTestFailed, onTestFinished } from 'vitest';
import { describeWithPrivateBroker } from '../support/broker.ts';
import { report, worst } from '../support/fault-report.ts';
import { PrivateBroker } from '../support/private-broker.ts';
import { scaled } from '../support/scale.ts';
import { isSoak } from '../support/soak.ts';
import { steadily } from './load.ts';
import { type OutageStage, openOutageStage } from './outage-stage.ts';

describeWithPrivateBroker('an outage of the broker', () => {
  let broker: PrivateBroker;
  beforeAll(async () => {
    broker = await PrivateBroker.start();
  });
  afterAll(() => broker.stop());

  const stage = (rabbit?: TransportOptions['rabbit']): Promise<OutageStage> =>
    openOutageStage(broker, rabbit);

  it('by SIGKILL loses no confirmed cast, and leaves no call unanswered', {
    timeout: scaled(120_000, 1_200_000),
  }, async (context) => {
    const kills = scaled(2, 20);
    const castsAKill = scaled(750, 5_000);
    const casting = [{ kind: 'durable', ...(await stage()) }];
    // RabbitMQ 3.10 may leave `basic.consume` of a quorum queue unanswered for long after a SIGKILL.
    if (isSoak) casting.push({ kind: 'quorum', ...(await stage({ topology: { quorum: true } })) });
    const calling = await stage();
    const callers = 20;
    const loads = [
      ...casting.map(({ cast }) => steadily(50, cast)),
      steadily(callers, calling.call),
    ];
    const answered = (): number => calling.ledger.account.confirmed;
    const confirmed = (): number =>
      Math.min(...casting.map(({ ledger }) => ledger.account.confirmed));
    const recovered: number[] = [];
    for (let kill = 1; kill <= kills; kill++) {
      await expect
        .poll(confirmed, { interval: 100, timeout: 120_000 })
        .toBeGreaterThanOrEqual(kill * castsAKill);
      await broker.kill();
      await broker.restart();
      const backAt = performance.now();
      const [before, answeredBefore] = [confirmed(), answered()];
      await expect.poll(confirmed, { interval: 20 }).toBeGreaterThan(before);
      recovered.push(performance.now() - backAt);
      // More than may have been on their way back to their callers.
      await expect
        .poll(answered, { timeout: 90_000 })
        .toBeGreaterThan(answeredBefore + 2 * callers);
    }
    for (const load of loads) await load.stop();
    // What was confirmed last is executed last; that takes a moment.
    for (const { ledger } of casting) {
      await expect
        .poll(() => ledger.account.lost, { interval: 100, timeout: scaled(30_000, 180_000) })
        .toBe(0);
    }

    for (const { kind, ledger } of casting) {
      await report(context, {
        fault: `2. broker SIGKILL and restart ×${kills} under casts to a ${kind} queue`,
        promise:
          '0 confirmed lost, each executed at least once; duplicates ≤ 0.5 %; publishing ≤ 1.5 s',
        counts: { kills, ...ledger.account },
        worstMs: { 'to confirm again': worst(recovered) },
      });
      expect(ledger.failures).toEqual([]);
      expect(ledger.account).toMatchObject({ open: 0, lost: 0 });
      expect(ledger.account.duplicates).toBeLessThanOrEqual(0.005 * ledger.account.sent);
    }
    expect(worst(recovered)).toBeLessThan(scaled(10_000, 1_500));
    await report(context, {
      fault: `1. broker SIGKILL and restart ×${kills} under ${callers} calls outstanding`,
      promise:
        'answered again after each; a call fails only whose reply the broker took along: at most as many ' +
        'as were outstanding, with a named error at their timeout',
      counts: { kills, ...calling.ledger.account },
    });
    expect(calling.ledger.account).toMatchObject({ open: 0, lost: 0 });
    expect(calling.ledger.account.failed).toBeLessThanOrEqual(callers * kills);
    // The reply queue goes with the broker, and what lay in it.
    const { failures } = calling.ledger;
    expect(failures.filter((text) => !/^MessagingTimeout:/.test(text))).toEqual([]);
  });

  it(
    'in which it is restarted is one loss of each connection, and one return',
    async (context) => {
      const restarts = scaled(1, 5);
      const { ledger, server, call } = await stage();
      for (let restart = 1; restart <= restarts; restart++) {
        await call();
        await broker.restart();
        await call();
      }
      const isReturn = ({ message }: { readonly message: string }): boolean =>
        message === 'connected to the broker';
      // It listens and sends.
      const returned = (): number => server.log.lines.filter(isReturn).length;
      await expect.poll(returned, { timeout: 10_000 }).toBe(2 * restarts);
      const returns = returned();
      await report(context, {
        fault: `3. broker restarted in order ×${restarts}`,
        promise: 'one loss and one return of each connection; calls answered',
        counts: { restarts, returns, ...ledger.account },
      });
      expect(ledger.account).toMatchObject({ failed: 0, open: 0, lost: 0, duplicates: 0 });
      expect(server.lost('listen')).toBe(restarts);
    },
    scaled(120_000, 300_000),
  );

  it(
    'in which it is frozen is noticed, and over when it is thawed',
    async (context) => {
      const times = scaled(1, 10);
      const { ledger, server, call } = await stage({ heartbeatMs: 1_000 });
      const [noticed, recovered]: [number[], number[]] = [[], []];
      for (let time = 1; time <= times; time++) {
        await call();
        // A call may be answered before the last of them is: a connection that is not there can't be lost.
        await expect
          .poll(() => server.runtime.status.connections.map(({ state }) => state))
          .toEqual(['connected', 'connected']);
        onTestFinished(() => broker.thaw());
        broker.freeze();
        const frozenAt = performance.now();
        const meanwhile = call();
        await expect.poll(() => server.lost('listen'), { interval: 10 }).toBe(time);
        noticed.push(performance.now() - frozenAt);
        broker.thaw();
        const thawedAt = performance.now();
        await meanwhile;
        recovered.push(performance.now() - thawedAt);
      }
      await report(context, {
        fault: `7. broker frozen (SIGSTOP) ×${times}, heartbeat 1 s`,
        promise:
          'noticed within two heartbeats and a half (2,500 ms), resumed ≤ 1.5 s after it goes on',
        counts: { times, ...ledger.account },
        worstMs: { 'to notice': worst(noticed), 'to be answered': worst(recovered) },
      });
      expect(ledger.account).toMatchObject({ failed: 0, open: 0, lost: 0, duplicates: 0 });
      expect(worst(noticed)).toBeLessThan(scaled(5_000, 2_500));
      expect(worst(recovered)).toBeLessThan(scaled(10_000, 1_500));
    },
    scaled(60_000, 300_000),
  );

  it(
    'that is an operator who closes every connection fails no call',
    async (context) => {
      const times = scaled(2, 50);
      const { ledger, server, call } = await stage();
      const load = steadily(100, call);
      const silences: number[] = [];
      for (let time = 1; time <= times; time++) {
        await expect.poll(() => ledger.account.confirmed).toBeGreaterThan(200 * time);
        ledger.takeLongestSilence();
        await broker.ctl(['close_all_connections', 'a test']);
        const { confirmed } = ledger.account;
        await expect.poll(() => ledger.account.confirmed).toBeGreaterThan(confirmed + 100);
        silences.push(ledger.takeLongestSilence());
      }
      await load.stop();
      await report(context, {
        fault: `4. every connection closed by the operator ×${times} under 100 calls outstanding`,
        promise: 'every call answered, 0 failed; consuming again within 1 s',
        counts: { times, ...ledger.account },
        worstMs: { 'between two executions': worst(silences) },
      });
      expect(ledger.failures).toEqual([]);
      expect(ledger.account).toMatchObject({ open: 0, lost: 0, duplicates: 0 });
      expect(server.lost('listen')).toBeGreaterThanOrEqual(times);
      expect(worst(silences)).toBeLessThan(scaled(10_000, 1_000));
    },
    scaled(60_000, 600_000),
  );

  it(
    'that is a changed password is loud, and over when it is changed back',
    async (context) => {
      const { ledger, server, call } = await stage();
      await call();
      onTestFailed(async () => void (await broker.ctl(['change_password', 'guest', 'guest'])));
      const times = scaled(1, 10);
      const recovered: number[] = [];
      const refused = (): readonly object[] =>
        server.log.lines.filter(
          ({ level, fields }) =>
            level === 'error' && /ACCESS_REFUSED/.test(String(fields['reason'])),
        );
      for (let time = 0; time < times; time++) {
        const before = refused().length;
        await broker.ctl(['change_password', 'guest', 'another']);
        await broker.ctl(['close_all_connections', 'a test']);
        await expect.poll(() => refused().length).toBeGreaterThan(before + 2);
        await broker.ctl(['change_password', 'guest', 'guest']);
        const mendedAt = performance.now();
        await call();
        recovered.push(performance.now() - mendedAt);
      }
      await report(context, {
        fault: `45. password changed at run time, and back, ×${times}`,
        promise: 'an error in the log for each attempt; back within 5 s of the mending',
        counts: { times, refused: refused().length, ...ledger.account },
        worstMs: { 'to be answered': worst(recovered) },
      });
      expect(ledger.account).toMatchObject({ failed: 0, open: 0, lost: 0, duplicates: 0 });
      expect(worst(recovered)).toBeLessThan(scaled(15_000, 5_000));
    },
    scaled(60_000, 300_000),
  );

  it.for([
    {
      row: 16,
      short: 'memory',
      raise: ['set_vm_memory_high_watermark', 'absolute', '1MB'],
      clear: ['set_vm_memory_high_watermark', '0.4'],
    },
    {
      row: 17,
      short: 'disk',
      raise: ['set_disk_free_limit', '100000GB'],
      clear: ['set_disk_free_limit', '50MB'],
    },
  ])(
    'that is a $short alarm makes publishers wait, and nobody reconnect',
    {
      timeout: 120_000,
    },
    async ({ row, short, raise, clear }, context) => {
      const alarmMs = scaled(3_000, 10_000);
      // Shorter than the alarm: what waits for the broker is not taken for forgotten.
      const { ledger, server, transport, call } = await stage({ confirmTimeoutMs: 1_000 });
      await call();
      const changes: string[] = [];
      void (async () => {
        for await (const { connection } of transport.statusChanges()) {
          changes.push(`${connection.role} ${connection.state}`);
        }
      })();
      onTestFailed(async () => void (await broker.ctl(clear)));
      await broker.ctl(raise);
      const load = steadily(100, call);
      const blocked = { role: 'send', state: 'blocked', lastError: expect.stringContaining(short) };
      await expect.poll(() => transport.status).toContainEqual(expect.objectContaining(blocked));
      const blockedAt = performance.now();
      await expect
        .poll(() => performance.now() - blockedAt, { timeout: 2 * alarmMs })
        .toBeGreaterThan(alarmMs);
      const during = ledger.account.confirmed;
      const clearedAt = performance.now();
      await broker.ctl(clear);
      await expect.poll(() => ledger.account.confirmed, { interval: 10 }).toBeGreaterThan(during);
      const resumedMs = performance.now() - clearedAt;
      await load.stop();
      await call();
      const isReconnect = (change: string): boolean => change.endsWith('connecting');
      const reconnects =
        changes.filter(isReconnect).length + server.lost('send') + server.lost('listen');

      await report(context, {
        fault: `${row}. ${short} alarm for ${alarmMs / 1000} s under 100 calls outstanding`,
        promise:
          '0 lost, 0 failed, 0 reconnects; answering again ≤ 3 s after it is told to be over',
        counts: { ...ledger.account, reconnects },
        worstMs: { 'to resume, the command that clears it included': worst([resumedMs]) },
      });
      expect(ledger.failures).toEqual([]);
      expect(ledger.account).toMatchObject({ failed: 0, lost: 0, duplicates: 0 });
      // Of the client's, which sends, and of the server's.
      expect(reconnects).toBe(0);
      expect(changes.slice(0, 2)).toEqual(['send blocked', 'send connected']);
      expect(resumedMs).toBeLessThan(scaled(10_000, 3_000));
    },
  );
});
