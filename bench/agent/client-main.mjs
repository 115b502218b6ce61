// The process of a client: `node client-main.mjs <module of the peer>`.
import process from 'node:process';
import { burst } from './burst.mjs';
import { measureCalls } from './calls.mjs';
import { measureCasts } from './casts.mjs';
import { obey } from './commands.mjs';
import { measureHeldCalls } from './held-calls.mjs';
import { measureNotifications } from './notifications.mjs';
import { measureNotifying } from './notifying.mjs';

const measuring = {
  calls: measureCalls,
  casts: measureCasts,
  held: measureHeldCalls,
  notifications: measureNotifications,
  notify: measureNotifying,
};

const { openClient } = await import(process.argv[2]);
let client;

obey({
  start: async (options) => {
    client = await openClient(options);
  },
  burst: (job) => burst(client, job),
  run: ({ type, ...job }) => measuring[type](client, job),
  stop: () => client?.close(),
});
