import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect, InvalidOptionError, Notifier, type RoutingRules } from '../../src/index.ts';
import { RecordedLog } from '../support/recorded-log.ts';

async function routed(routing: string | URL | RoutingRules) {
  const transport = await connect(`memory://${randomUUID().slice(0, 8)}`);
  onTestFinished(() => transport.close());
  const log = new RecordedLog();
  return { log, notifier: new Notifier(transport, { driver: 'routing', routing, log }) };
}

async function ruleFile(text: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'greenroom-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'routing.yaml');
  await writeFile(file, text);
  return file;
}

describe('[driver: routing]', () => {
  it('sends by each driver that accepts event and priority in any group, once', async () => {
    const file = await ruleFile(`
      group_1:
        test:
          accepted_events: ['compute.*', 'volume.?']
          accepted_priorities: [INFO, warn*]
        log:
          accepted_priorities: ['*']
      group_2:
        test:
          accepted_events: ['compute.create']
    `);
    const { notifier, log } = await routed(file);
    await notifier.info({}, 'compute.create', 1);
    await notifier.info({}, 'compute.delete', 2);
    await notifier.error({}, 'compute.create', 3);
    await notifier.error({}, 'compute.delete', 4);
    await notifier.warn({}, 'volume.x', 5);
    await notifier.warn({}, 'volume.xx', 6);
    expect(notifier.notifications.map(({ payload }) => payload)).toEqual([1, 2, 3, 5]);
    expect(log.lines).toHaveLength(6);
  });

  it('accepts everything without conditions, and nothing of an empty list', async () => {
    const { notifier, log } = await routed({
      all: { log: {} },
      none: { test: { accepted_events: [] } },
    });
    await notifier.audit({}, 'e', 1);
    expect(log.lines).toHaveLength(1);
    expect(notifier.notifications).toEqual([]);
  });

  it('has no rules in an empty file', async () => {
    const { notifier, log } = await routed(await ruleFile('# nothing yet\n'));
    await notifier.info({}, 'e', 1);
    expect([log.lines, notifier.notifications]).toEqual([[], []]);
  });

  it.each([
    ['g: {messaging3: {}}', "g.messaging3: there is no such driver (did you mean 'messaging'?)"],
    ['g: {routing: {}}', 'g.routing: there is no such driver'],
    ['g: {test: {accepted_event: []}}', "did you mean 'accepted_events'"],
    ['g: {test: {accepted_events: compute.*}}', 'g.test.accepted_events'],
    ['g: {test: {accepted_events: [1]}}', 'g.test.accepted_events.0'],
    ['g: {test: null}', 'g.test'],
    ['[a, b]', 'routing.yaml'],
    ['g: {test: ', 'routing.yaml'],
  ])('names what is wrong in %s', async (text, complaint) => {
    const error = await routed(await ruleFile(text)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(String(error)).toContain(complaint);
    expect(String(error)).toContain('routing.yaml');
  });

  it('names a file that is not there', async () => {
    await expect(routed('/nowhere/routing.yaml')).rejects.toThrow(
      /routing rules in \/nowhere.*ENOENT/,
    );
  });
});
