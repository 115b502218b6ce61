// The process of a notification listener: `node listener-main.mjs <module of the peer>`.
import process from 'node:process';
import { StallMeter } from '../../dist/cli/bench/stall-meter.js';
import { obey } from './commands.mjs';
import { rateOf } from './rate.mjs';

const { startListener } = await import(process.argv[2]);
let settings;
let listener;
let stalls;
let before;

const look = () => ({ handled: listener.handled(), at: performance.now() });

obey({
  start: (options) => {
    settings = options;
  },
  // Not before the queue is full.
  listen: async () => {
    listener = await startListener(settings);
  },
  begin: () => {
    stalls = new StallMeter();
    before = look();
  },
  end: async () => ({ ...rateOf(before, look()), stallMs: await stalls.stop() }),
  stop: () => listener?.stop(),
});
