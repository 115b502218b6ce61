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
