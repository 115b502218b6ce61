// `npm run demo`: serves a CPU-heavy endpoint under each executor, with no broker, and compares them.
import { readArguments } from '../bench/demo/arguments.mjs';
import { prepare, runMain } from './prepare.mjs';

const options = readArguments(process.argv.slice(2));
if (options !== undefined) {
  await runMain(async () => {
    prepare();
    // Only now is there sure to be anything that the demo imports.
    const { demo } = await import('../bench/demo/demo.mjs');
    process.exitCode = await demo(options);
  });
}
