import { readFileSync } from 'node:fs';
import { ProcessSpawner } from '../../src/executors/processes/process-spawner.ts';
import { silentLog } from '../../src/log.ts';
import { ChildHost } from './child-host.ts';

// A program that has hosts in child processes and does with them what its argument says.

const [what] = process.argv.slice(2);
const spawner = new ProcessSpawner({ maxHeapMb: 64, maxRssMb: undefined, log: silentLog });
const host = await ChildHost.open(spawner);
const pid = await host.pid();

switch (what) {
  case 'be-killed':
    await host.call('linger');
    console.log(`pid ${pid}`);
    break;
  case 'end':
    host.begin('write', { text: 'last words' });
    // More than can be written at once: when the child is dead, what it wrote has to wait.
    process.stdout.write(`${'.'.repeat(16_000_000)}\n`);
    while (!/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1')));
    console.log(`kind ${(await host.spawned.ended)?.kind}`);
    await ChildHost.open(spawner);
    await spawner.destroy();
    break;
  default:
    throw new Error(`unknown: ${what}`);
}
