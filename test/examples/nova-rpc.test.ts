import { describe, expect, it } from 'vitest';
import { brokerUrl } from '../support/broker.ts';
import { endsByItself } from '../support/leaks.ts';

const main = new URL('../../examples/nova-rpc/main.ts', import.meta.url);

describe('the nova-style example', () => {
  it.each([
    ['in one process', async () => 'memory://'],
    ['on RabbitMQ', brokerUrl],
  ])('%s carries the request context there, and the exception back', async (_where, url) => {
    const { code, stdout } = await endsByItself(main, { args: [await url()] });
    expect(stdout).toContain("project_id: 'demo'");
    expect(stdout).toContain(
      'nova.exception.InstanceNotFound: Instance nowhere could not be found.',
    );
    expect(code).toBe(0);
  });
});
