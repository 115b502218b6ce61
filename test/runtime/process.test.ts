import { describe, expect, it } from 'vitest';
import { endpointUrl } from '../executors/conformance/workshop.ts';
import { uniqueTopic } from '../support/broker.ts';
import { endsByItself } from '../support/leaks.ts';
import { Child, scriptFile } from './child.ts';
import { venues } from './theatre.ts';

const index = new URL('../../src/index.ts', import.meta.url).href;
const actor = JSON.stringify(endpointUrl('actor'));

describe.each(venues)('a process with a runtime on $kind', (venue) => {
  it('ends by itself after stop(), whichever executor it had', async () => {
    const url = JSON.stringify(await venue.open());
    const { code, signal, stdout } = await endsByItself(
      await scriptFile(`
      import { connect, RPCClient, Runtime } from '${index}';
      for (const executor of ['blocking', 'async', 'pool']) {
        const topic = '${uniqueTopic()}-' + executor;
        const runtime = new Runtime({
          transport: ${url},
          rpc: { target: { topic, server: 's' }, endpoints: ${actor} },
          pool: { threads: 1 },
        });
        await runtime.start({ executor });
        const transport = await connect(${url});
        const client = new RPCClient(transport, { topic });
        console.log(await client.call({}, 'echo', { value: executor }));
        await transport.close();
        await runtime.stop();
      }`),
      { timeoutMs: 25_000 },
    );
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(stdout).toBe('blocking\nasync\npool\n');
  });
});

/** Serves on `memory://`, and says when it begins to drain and how its last call ended. */
const server = (last: string) => `
  import { connect, RPCClient, Runtime } from '${index}';
  let release;
  const released = new Promise((resolve) => { release = resolve; });
  process.once('SIGUSR2', () => release('released'));
  const runtime = new Runtime({
    rpc: {
      target: { topic: 't', server: 's' },
      endpoints: { hold: () => { console.log('began'); return released; } },
    },
  });
  await runtime.start();
  process.on('SIGTERM', () => console.log(runtime.state));
  process.on('SIGINT', () => console.log(runtime.state));
  void runtime.closed.then(() => console.log('closed'));
  ${last}`;

const withCall = server(`
  const transport = await connect('memory://');
  new RPCClient(transport, { topic: 't' }).call({}, 'hold').then(
    (result) => console.log(result),
    (error) => console.log(error.remoteClass),
  ).then(() => transport.close());`);

describe('a process with a runtime', () => {
  it('ends by itself when the runtime fails to start', async () => {
    const { code, signal, stdout } = await endsByItself(
      await scriptFile(`
      import { Runtime } from '${index}';
      const runtime = new Runtime({
        transport: 'memory://',
        rpc: { target: { topic: '${uniqueTopic()}' }, endpoints: [${actor}, './no-such-module.js'] },
        pool: { threads: 1 },
      });
      await runtime.start({ executor: 'pool' }).catch((error) => console.log(error.message));`),
    );
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(stdout).toMatch(/^endpoint module .*no-such-module\.js failed to load: /);
  });

  it('stays alive while the runtime runs, with nothing else to do', async () => {
    // A timer without a reference fires only if something else keeps the process.
    const child = await Child.run(
      server("setTimeout(() => console.log('still here'), 50).unref();"),
    );
    await child.printed('still here');
    child.send('SIGTERM');
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(child.lines).toEqual(['still here', 'draining', 'closed']);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('drains at %s', async (signal) => {
    const child = await Child.run(withCall);
    await child.printed('began');
    child.send(signal);
    await child.printed('draining');
    child.send('SIGUSR2');
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(child.lines).toEqual(['began', 'draining', 'released', 'closed']);
  });

  it('stops at once at a second signal, and says so by its exit code', async () => {
    const child = await Child.run(withCall);
    await child.printed('began');
    child.send('SIGTERM');
    await child.printed('draining');
    child.send('SIGTERM');
    expect(await child.ended).toEqual({ code: 128 + 15, signal: null });
    expect(child.lines.slice(0, 2)).toEqual(['began', 'draining']);
    expect(child.lines).toEqual(expect.arrayContaining(['CallCancelled', 'closed']));
  });

  it('[signals] false leaves signals to the application', async () => {
    const script = server("console.log('running');")
      .replace('rpc: {', 'signals: false, rpc: {')
      .replace('console.log(runtime.state)', 'console.log(runtime.state) ?? runtime.stop()');
    const child = await Child.run(script);
    await child.printed('running');
    child.send('SIGTERM');
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(child.lines).toEqual(['running', 'running', 'closed']);
  });
});
