import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  connect,
  Notifier,
  notifyRequests,
  type RequestNotificationOptions,
  requestMiddleware,
} from '../../src/index.ts';

async function openNotifier(): Promise<Notifier> {
  const transport = await connect(`memory://${randomUUID().slice(0, 8)}`);
  onTestFinished(() => transport.close());
  return new Notifier(transport, { driver: 'test', publisherId: 'web' });
}

const failing = { notify: () => Promise.reject(new Error('no broker')) };

describe('notifyRequests', () => {
  const request = (init?: RequestInit): Request =>
    new Request('https://shop.example:8443/caf%C3%A9/1?q=a&access_token=t', init);

  it('notifies the request and its response, with secrets masked', async () => {
    const notifier = await openNotifier();
    const handler = notifyRequests(
      async (_request, name: string) =>
        new Response(`hello ${name}`, {
          status: 201,
          statusText: 'Created',
          headers: { 'set-cookie': 'id=1', location: '/x?code=abc&y=1', 'x-kept': 'yes' },
        }),
      notifier,
    );
    const headers = {
      authorization: 'Bearer x',
      cookie: 'id=1',
      'x-auth-token': 't',
      'content-type': 'text/plain',
      accept: '*/*',
    };
    const answer = await handler(request({ method: 'POST', body: 'secret body', headers }), 'bob');
    expect(await answer.text()).toBe('hello bob');
    await notifier.flush();
    const environ = {
      REQUEST_METHOD: 'POST',
      SCRIPT_NAME: '',
      PATH_INFO: '/café/1',
      QUERY_STRING: 'q=a&access_token=***',
      SERVER_NAME: 'shop.example',
      SERVER_PORT: '8443',
      SERVER_PROTOCOL: 'HTTP/1.1',
      CONTENT_TYPE: 'text/plain',
      HTTP_ACCEPT: '*/*',
      HTTP_AUTHORIZATION: '***',
      HTTP_COOKIE: '***',
      HTTP_X_AUTH_TOKEN: '***',
      HTTP_HOST: 'shop.example:8443',
      HTTP_X_SERVICE_NAME: 'shop.example:8443',
    };
    const [asked, answered] = notifier.notifications;
    expect(asked).toMatchObject({ publisherId: 'web', priority: 'INFO', context: {} });
    expect([asked?.eventType, answered?.eventType]).toEqual(['http.request', 'http.response']);
    expect(asked?.payload).toEqual({ request: environ });
    expect(answered?.payload).toEqual({
      request: environ,
      response: {
        status: '201 Created',
        headers: {
          'content-type': 'text/plain;charset=UTF-8',
          'set-cookie': '***',
          location: '/x?code=***&y=1',
          'x-kept': 'yes',
        },
      },
    });
  });

  it('notifies what the handler throws, and throws it', async () => {
    const notifier = await openNotifier();
    const handler = notifyRequests(() => {
      throw new RangeError('too far');
    }, notifier);
    await expect(handler(request())).rejects.toThrow('too far');
    await notifier.flush();
    expect(notifier.notifications[1]?.payload).toMatchObject({
      exception: { value: 'RangeError: too far', traceback: expect.arrayContaining([]) },
    });
  });

  it('notifies that something odd was thrown, and throws that', async () => {
    const notifier = await openNotifier();
    const odd: unknown = Object.create(null);
    const handler = notifyRequests(() => {
      throw odd;
    }, notifier);
    await expect(handler(request())).rejects.toBe(odd);
    await notifier.flush();
    expect(notifier.notifications[1]?.payload).toMatchObject({
      exception: { value: 'an object', traceback: [] },
    });
  });

  it('never fails or waits for the notifier', async () => {
    const transport = await connect('memory://unheard');
    onTestFinished(() => transport.close());
    const notifier = new Notifier(transport, { driver: failing, throwOnFailure: true });
    const handler = notifyRequests(() => new Response('fine'), notifier);
    expect(await (await handler(request())).text()).toBe('fine');
  });
});

describe('requestMiddleware', () => {
  /** Serves on loopback; `handle` answers. */
  async function serve(
    handle: (req: http.IncomingMessage, res: http.ServerResponse) => void,
    options?: RequestNotificationOptions,
  ): Promise<{ notifier: Notifier; port: number; url: string }> {
    const notifier = await openNotifier();
    const middleware = requestMiddleware(notifier, options);
    const server = http.createServer((req, res) => middleware(req, res, () => handle(req, res)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    return { notifier, port, url: `http://127.0.0.1:${port}` };
  }

  it('notifies the request and its response', async () => {
    const { notifier, url, port } = await serve(
      (_req, res) => res.writeHead(404, { 'x-list': ['a', 'b'] }).end('no'),
      { serviceName: 'shop', sensitiveHeaders: ['X-Customer'] },
    );
    const headers = { 'x-customer': 'c1', cookie: 'id=1', connection: 'close' };
    await (await fetch(`${url}/a?b=1`, { headers })).text();
    await expect.poll(() => notifier.notifications.length).toBe(2);
    expect(notifier.notifications).toMatchObject([
      {
        eventType: 'http.request',
        payload: {
          request: {
            REQUEST_METHOD: 'GET',
            PATH_INFO: '/a',
            QUERY_STRING: 'b=1',
            SERVER_NAME: '127.0.0.1',
            SERVER_PORT: String(port),
            SERVER_PROTOCOL: 'HTTP/1.1',
            REMOTE_ADDR: '127.0.0.1',
            HTTP_X_CUSTOMER: '***',
            HTTP_COOKIE: '***',
            HTTP_X_SERVICE_NAME: 'shop',
          },
        },
      },
      {
        eventType: 'http.response',
        payload: { response: { status: '404 Not Found', headers: { 'x-list': 'a, b' } } },
      },
    ]);
  });

  it.each([
    ['an object', { 'x-a': '1', 'x-token': 't' }],
    ['names and values by turns', ['x-a', '1', 'x-token', 't']],
  ])(
    'notifies headers that were set before, and those given to writeHead as %s',
    async (_form, given) => {
      const { notifier, url } = await serve((_req, res) => {
        res.setHeader('x-before', '0');
        res.writeHead(200, 'Fine', given as http.OutgoingHttpHeaders).end();
      });
      const answer = await fetch(url, { headers: { connection: 'close' } });
      expect(answer.headers.get('x-a')).toBe('1');
      await expect.poll(() => notifier.notifications.length).toBe(2);
      expect(notifier.notifications[1]?.payload).toMatchObject({
        response: {
          status: '200 Fine',
          headers: { 'x-before': '0', 'x-a': '1', 'x-token': '***' },
        },
      });
    },
  );

  it('says when the connection was gone before the response', async () => {
    const { notifier, port } = await serve(() => client.destroy());
    const client = net.connect(port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await expect.poll(() => notifier.notifications.length).toBe(2);
    expect(notifier.notifications[1]?.payload).toMatchObject({
      exception: { value: expect.stringContaining('closed before the response was sent') },
    });
  });

  it('[ignoreMethods] leaves methods out, and takes paths of any form', async () => {
    const { notifier, url } = await serve((_req, res) => res.end(), { ignoreMethods: ['head'] });
    const headers = { connection: 'close' };
    await fetch(url, { method: 'HEAD', headers });
    await (await fetch(`${url}/%zz`, { headers })).text();
    await expect.poll(() => notifier.notifications.length).toBe(2);
    expect(notifier.notifications[0]?.payload).toMatchObject({ request: { PATH_INFO: '/%zz' } });
  });
});
