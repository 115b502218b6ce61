/** Server and client in one process: `main.ts [transport URL]`. */
import { RemoteError } from 'greenroom';
import { ConductorAPI } from './conductor-api.ts';
import { RequestContext } from './request-context.ts';
import { cleanup, getServer, init } from './rpc.ts';

await init(process.argv[2] ?? 'memory://');
const server = getServer(
  { topic: 'conductor', server: 'host-1' },
  new URL('./conductor.ts', import.meta.url),
);
try {
  await server.start({ executor: 'async' });
  const api = new ConductorAPI('3.1');
  const context = new RequestContext({ userId: 'alice', projectId: 'demo' });
  console.log(await api.instanceCreate(context, 'c0ffee', 'compute-7'));
  console.log(await api.instanceGet(context, 'c0ffee'));
  await api.instanceGet(context, 'nowhere').catch((error: unknown) => {
    if (!(error instanceof RemoteError)) throw error;
    console.log(`${error.remoteModule}.${error.remoteClass}: ${error.remoteMessage}`);
  });
} finally {
  await server.stop();
  await cleanup();
}
