import { deserialize } from 'node:v8';
import { liveAsHost } from '../hosts/host-life.ts';
import type { HostSetup } from '../hosts/host-protocol.ts';
import { ProcessLine } from './process-line.ts';
import type { ProcessTask } from './process-protocol.ts';

// Listens from the start: a message may be here before the task is.
const line = new ProcessLine();

// Ctrl-C and a service manager signal all processes of a group; when to stop is the runtime's to say.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});

// The runtime is gone, and with it all who wait for anything that is done here.
process.on('disconnect', () => process.exit());

process.on('uncaughtExceptionMonitor', (error) => {
  const isCaught =
    process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback();
  if (!isCaught) line.reportUncaught(error);
});

/** The one long task that the pool runs in a child; the process ends with it. */
export function runHost(task: ProcessTask): Promise<never> {
  void live(task); // What it throws is nobody's to catch, and ends the process.
  // A child whose task had returned would be given to the next host, with the modules of this one loaded.
  return new Promise(() => {});
}

async function live(task: ProcessTask): Promise<void> {
  const setup: HostSetup = deserialize(task.setup);
  line.prepare(task, setup.places);
  await liveAsHost(line, setup);
  await line.flushed();
  process.exit(0);
}
