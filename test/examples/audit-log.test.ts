import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { describeWithPython, python } from '../support/python.ts';
import { Program, typescript } from './program.ts';

describeWithPython('the audit log example', () => {
  it('writes a line for each notification of an instance', { timeout: 120_000 }, async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'audit-log-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = path.join(folder, 'audit.jsonl');
    const environment = {
      GREENROOM_TRANSPORT: await brokerUrl(),
      AUDIT_TOPIC: uniqueTopic('audit'),
      AUDIT_FILE: file,
    };
    const serve = typescript('src/cli/main.ts', 'serve', 'examples/audit-log/greenroom.config.ts');
    const listener = new Program(process.execPath, serve, environment);
    await listener.printed('ready in');
    const { code, stderr } = await Program.run(
      python,
      ['examples/audit-log/notify.py', '5'],
      environment,
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });

    const lines = async (): Promise<Record<string, unknown>[]> =>
      (await readFile(file, 'utf8').catch(() => ''))
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line));
    await expect.poll(async () => (await lines()).length).toBe(11);
    const end = await listener.interrupt();
    expect(end).toMatchObject({ code: 0 });
    expect(end.stdout).toContain('notifications of');
    const written = await lines();
    const of = (priority: string): unknown[] =>
      written.filter((line) => line['priority'] === priority).map((line) => line['payload']);
    const instances = Array.from({ length: 5 }, (_, n) => ({ instance_id: n, state: 'active' }));
    expect(of('info')).toEqual(instances);
    expect(of('audit')).toEqual(instances);
    expect(of('error')).toEqual([{ reason: 'no valid host' }]);
    expect(written[0]).toMatchObject({
      publisherId: 'compute.host1',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(JSON.stringify(written)).not.toContain('never sent');
  });
});
