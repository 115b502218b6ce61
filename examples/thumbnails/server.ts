/** Serves the thumbnails: `server.ts`. Ctrl-C finishes what runs and ends it. */
import { Runtime } from 'greenroom';
import options from './greenroom.config.ts';

const runtime = new Runtime({ ...options, log: console });
await runtime.start();
console.log(
  `serving ${options.rpc?.target.topic} with the ${runtime.executor} executor, ${runtime.slots} calls at once`,
);
const failure = await runtime.closed;
if (failure !== undefined) throw failure;
