import { ProcessSpawner } from '../../src/executors/process-spawner.ts';
import { silentLog } from '../../src/log.ts';
import { ChildHost } from './child-host.ts';

// A program that has hosts in child processes and does with them what its argument says.

const [what] = process.argv.slice(2);
const spawner = new ProcessSpawner({ maxHeapMb: 64, maxRssMb: undefined, log: silentLog });
const host = await ChildHost.open(spawner);

switch (what) {
  case 'be-killed':
    console.log(`pid ${await host.pid()}`);
    break;
  case 'end':
    host.begin('write', { text: 'last words' });
    console.log(`kind ${(await host.spawned.ended)?.kind}`);
    await ChildHost.open(spawner);
    await spawner.destroy();
    break;
  default:
    throw new Error(`unknown: ${what}`);
}
