import type { RuntimeOptions } from 'greenroom';

/** For `greenroom serve`; `server.ts` does the same without the command. */
const options: RuntimeOptions = {
  transport: process.env['GREENROOM_TRANSPORT'] ?? 'rabbit://guest:guest@127.0.0.1:5672/',
  executor: 'pool',
  rpc: {
    target: { topic: process.env['THUMBNAILS_TOPIC'] ?? 'thumbnails' },
    endpoints: new URL('./endpoints/thumbnails.ts', import.meta.url),
  },
};

export default options;
