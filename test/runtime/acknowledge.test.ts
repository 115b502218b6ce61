import { describe, expect, it } from 'vitest';
import { RemoteError } from '../../src/index.ts';
import { errorOf, memory, openTheatre, rabbit, venues } from './theatre.ts';

const onReply = { acknowledge: 'on-reply' } as const;

describe('when a host crashes', () => {
  it('[acknowledge] on-dispatch tells the caller at once, and does not run it again', async () => {
    const { client, lines, runtime: make, stage, wrecker } = await openTheatre(memory);
    const runtime = make();
    await runtime.start({ executor: 'pool' });
    const error = await errorOf(wrecker.call({}, 'exit'));
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({
      remoteClass: 'HostCrashed',
      remoteModule: 'greenroom',
      remoteMessage: expect.stringMatching(/the host exited/),
    });
    // By the time the next call has been answered it would have run again.
    expect(await client.call({}, 'echo', { value: 'next' })).toBe('next');
    expect(stage.entered).toBe(1);
    expect(lines.map(({ message }) => message)).toEqual(
      expect.arrayContaining(['a call was lost with its host', 'a host died; starting another']),
    );
    await runtime.stop();
    // A later server does not find it in the queue either.
    const next = make();
    await next.start();
    await client.call({}, 'note');
    expect(stage.entered).toBe(2);
  });

  it('[maxCrashes] on-reply runs it so many times, then sets it aside and tells the caller', async () => {
    const { client, lines, runtime: make, stage, wrecker } = await openTheatre(rabbit);
    const runtime = make({ rpc: { ...onReply, maxCrashes: 2 } });
    await runtime.start({ executor: 'pool' });
    const error = await errorOf(wrecker.call({}, 'exit'));
    expect(error).toMatchObject({ remoteClass: 'HostCrashed' });
    expect(stage.entered).toBe(2);
    expect(await client.call({}, 'echo', { value: 'next' })).toBe('next');
    expect(stage.entered).toBe(2);
    expect(lines.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        'gave back a message that was lost with its host',
        'set aside a message that crashes its hosts',
      ]),
    );
  });
});

describe.each(venues)('[acknowledge] on-reply on $kind', (venue) => {
  it('has another server run what one was cut off from', async () => {
    const { client, runtime: make, stage } = await openTheatre(venue);
    const first = make({ rpc: onReply });
    await first.start();
    const held = client.call({}, 'hold', { value: 'run again' });
    await stage.untilEntered(1);
    expect(await first.drain({ timeoutMs: 0 })).toMatchObject({
      finished: 0,
      returned: 1,
      abandoned: 0,
    });
    const second = make({ rpc: onReply });
    await second.start();
    await stage.untilEntered(2);
    stage.release(2);
    expect(await held).toBe('run again');
  });

  it('keeps a message through any number of servers that are stopped', async () => {
    const { client, runtime: make, stage } = await openTheatre(venue);
    const servers = [make({ rpc: onReply }), make({ rpc: onReply }), make({ rpc: onReply })];
    await servers[0]?.start();
    const held = client.call({}, 'hold', { value: 'kept' });
    for (const [index, server] of servers.entries()) {
      await server.start();
      await stage.untilEntered(index + 1);
      expect(await server.drain({ timeoutMs: 0 })).toMatchObject({ returned: 1, abandoned: 0 });
    }
    await make({ rpc: onReply }).start();
    await stage.untilEntered(4);
    stage.release(4);
    expect(await held).toBe('kept');
  });
});

describe('[acknowledge] on-dispatch', () => {
  it('has a server that comes later run nothing that had begun', async () => {
    const { client, runtime: make, stage } = await openTheatre(memory);
    const first = make();
    await first.start();
    const held = errorOf(client.call({}, 'hold'));
    await stage.untilEntered(1);
    await first.stop({ graceMs: 0 });
    expect(await held).toMatchObject({ remoteClass: 'CallCancelled' });
    const second = make();
    await second.start();
    expect(await client.call({}, 'echo', { value: 1 })).toBe(1);
    expect(stage.entered).toBe(1);
  });
});
