// The process of a server: `node server-main.mjs <module of the peer>`.
import process from 'node:process';
import { StallMeter } from '../../dist/cli/bench/stall-meter.js';
import { release } from '../peers/methods.mjs';
import { obey } from './commands.mjs';

const { startServer } = await import(process.argv[2]);
let server;
let stalls;

obey({
  start: async (options) => {
    server = await startServer(options);
  },
  begin: () => {
    stalls = new StallMeter();
  },
  end: async () => ({ stallMs: await stalls.stop() }),
  release,
  stop: () => server?.stop(),
});
