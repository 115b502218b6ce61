import { describe, expect, it } from 'vitest';
import type { LogLevel } from '../../../src/executors/written-log.ts';
import { RecordedLog } from '../../support/recorded-log.ts';
import { call, type MakeExecutor, untilWhole, useWorkshop } from './workshop.ts';

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
const scribe = { namespace: 'scribe' };

/** What methods write to the log. */
export function describeLogging(makeExecutor: MakeExecutor): void {
  describe('the log', () => {
    const log = new RecordedLog();
    const workshop = useWorkshop(makeExecutor, { log });

    it("has each line that a method wrote, in order, with the call's method and id", async () => {
      log.lines.splice(0);
      const { executor, run } = workshop();
      const texts = Array.from({ length: executor.slots }, (_, i) => `call ${i}`);
      const runs = texts.map((text) =>
        run({ ...scribe, method: 'write', args: { text }, call: { ...call, msgId: text } }),
      );
      await Promise.all(runs.map(({ outcome }) => outcome));
      for (const text of texts) {
        expect(log.lines.filter(({ fields }) => fields['msgId'] === text)).toEqual(
          levels.map((level) => ({
            level,
            message: `${text} ${level}`,
            fields: expect.objectContaining({ to: 'log', method: 'write', msgId: text }),
          })),
        );
      }
    });

    it('has lines of a cast, which has no id', async () => {
      log.lines.splice(0);
      await workshop().run({ ...scribe, method: 'write', args: { text: 'cast' }, call: undefined })
        .outcome;
      expect(log.lines).toHaveLength(levels.length);
      for (const { fields } of log.lines) {
        expect(fields).toMatchObject({ method: 'write' });
        expect(fields['msgId']).toBeUndefined();
      }
    });
  });
}

/** What else there is to log in a host. */
export function describeLoggingInHosts(makeExecutor: MakeExecutor): void {
  describe('the log of a host', () => {
    const log = new RecordedLog();
    const workshop = useWorkshop(makeExecutor, { log, isSmall: true, cancelGraceMs: 100 });
    const from = (i: number): unknown => log.lines[i]?.fields['host'];

    it('has what a method wrote to the console, in its place and at its level', async () => {
      log.lines.splice(0);
      const { run } = workshop();
      await run({ ...scribe, method: 'write', args: { text: 'A', prints: true } }).outcome;
      expect(log.lines).toEqual(
        levels.flatMap((level) => [
          {
            level,
            message: `A ${level}`,
            fields: { to: 'log', host: from(0), method: 'write', msgId: call.msgId },
          },
          {
            level,
            message: `A ${level} on the console`,
            fields: { host: from(0), method: 'write', msgId: call.msgId },
          },
        ]),
      );
      expect(from(0)).toEqual(expect.any(Number));
    });

    it('tells the lines of calls apart that run at once', async () => {
      log.lines.splice(0);
      const { run } = workshop();
      const runs = ['A', 'B'].map((text) =>
        run({
          ...scribe,
          method: 'write',
          args: { text, prints: true },
          call: { ...call, msgId: text },
        }),
      );
      await Promise.all(runs.map(({ outcome }) => outcome));
      expect(log.lines).toHaveLength(levels.length * 4);
      for (const { fields, message } of log.lines) {
        expect(message.startsWith(`${fields['msgId']} `), message).toBe(true);
      }
    });

    it('has what the console prints in more than a line, or at no level', async () => {
      log.lines.splice(0);
      await workshop().run({ ...scribe, method: 'print', args: { text: 'Grüße' } }).outcome;
      expect(log.lines.map(({ level }) => level)).toEqual(['info', 'info', 'info', 'warn']);
      const [logged, dir, table, assertion] = log.lines.map(({ message }) => message);
      expect(logged).toBe('Grüße { nested: { list: [ 1, 2 ] } }');
      expect(dir).toBe("{ text: 'Grüße' }");
      expect(table?.split('\n')).toHaveLength(5);
      expect(assertion).toBe('Assertion failed: Grüße');
      for (const { fields } of log.lines) expect(fields).toMatchObject({ msgId: call.msgId });
    });

    it('has lines whose fields cannot leave their thread, as text, and cuts long ones', async () => {
      log.lines.splice(0);
      const { run } = workshop();
      await run({ ...scribe, method: 'unclonable', args: { text: 'oops' } }).outcome;
      expect(log.lines.map(({ message }) => message.slice(0, 20))).toEqual([
        'a function',
        'a getter that throws',
        'an error',
        'y'.repeat(20),
      ]);
      const [aFunction, getter, error, long] = log.lines;
      expect(aFunction?.fields['fields']).toMatch(/text: 'oops'.*callback: \[Function/);
      expect(getter?.fields['fields']).toMatch(/text: \[Getter\]/);
      expect(error?.fields['error']).toMatchObject({ message: 'oops' });
      expect(long?.message.length).toBe(8_192);
    });

    it('has all that was written by a method that is then killed', async () => {
      log.lines.splice(0);
      const { executor, run, stage } = workshop();
      const args = { lines: linesWithRoom };
      const doomed = run({ ...scribe, method: 'writeAndSpin', args });
      await stage.untilNoted(1);
      doomed.cancel('cancelled');
      expect(await doomed.outcome).toMatchObject({ type: 'cancelled' });
      await untilWhole(executor);
      expectWritten(args.lines);
    });

    it('has all that was written by a method that exits', async () => {
      log.lines.splice(0);
      const { executor, run } = workshop();
      const args = { lines: linesWithRoom };
      const doomed = run({ ...scribe, method: 'writeAndExit', args });
      expect(await doomed.outcome).toMatchObject({ type: 'lost', error: { kind: 'exit' } });
      await untilWhole(executor);
      expectWritten(args.lines);
    });

    it('has what a method wrote until the moment in which it was killed', async () => {
      log.lines.splice(0);
      const { executor, run, stage } = workshop();
      const doomed = run({ ...scribe, method: 'writeForEver' });
      await stage.untilEntered(1);
      await expect.poll(() => log.lines.length).toBeGreaterThan(1);
      doomed.cancel('cancelled');
      expect(await doomed.outcome).toMatchObject({ type: 'cancelled' });
      await untilWhole(executor);
      const written = log.lines.filter(({ message }) => message === 'written');
      expect(written.map(({ fields }) => fields['i'])).toEqual(
        written.map((_, i) => i * linesEach),
      );
      for (const { fields } of written) {
        expect(fields).toMatchObject({ method: 'writeForEver', msgId: call.msgId });
      }
    });

    const linesEach = 1_000_000;

    /** The pipe to a child process has room for as many while the runtime is too busy to read. */
    const linesWithRoom = 200;

    function expectWritten(count: number): void {
      const written = log.lines.filter(({ message }) => message === 'written');
      expect(written.map(({ fields }) => fields['i'])).toEqual(
        Array.from({ length: count }, (_, i) => i),
      );
      for (const { fields } of written) expect(fields).toMatchObject({ msgId: call.msgId });
    }
  });
}
