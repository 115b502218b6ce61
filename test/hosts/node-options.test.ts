import { describe, expect, it } from 'vitest';
import { executors, useHostsServers } from './hosts-server.ts';

const startServer = useHostsServers();

describe.each(executors)('a server that was started with options of V8, under %s', (executor) => {
  it('has its hosts', async () => {
    const server = await startServer({
      executor,
      endpoint: 'endpoints/runaway.ts',
      hosts: 1,
      execArgv: ['--max-old-space-size=300', '--expose-gc'],
    });
    expect((await server.whole()).hosts).toMatchObject({ active: 1, crashed: 0 });
  });
});

describe('a server under pool', () => {
  // Node aborts the process when a thread is terminated while `require()` links an ES module: one stop in
  // a thousand, which no test would wait for. So: nothing in a thread's start is loaded in that way.
  it('requires no ES module in its threads', async ({ skip }) => {
    const traced = '--trace-require-module';
    if (!process.allowedNodeEnvironmentFlags.has(traced)) skip('this Node requires no ES modules');
    const server = await startServer({
      executor: 'pool',
      endpoint: 'endpoints/runaway.ts',
      hosts: 1,
      execArgv: [`${traced}=all`],
    });
    await server.whole();
    await server.end();
    expect(server.stderr).not.toMatch(/is loading ES Module/);
  });
});
