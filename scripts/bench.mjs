// `npm run bench`: measures Greenroom beside its peers, on a RabbitMQ of its own.
import { readArguments } from '../bench/arguments.mjs';
import { prepare, runMain } from './prepare.mjs';

const options = readArguments(process.argv.slice(2));
if (options !== undefined) {
  await runMain(async () => {
    prepare();
    // Only now is there sure to be anything that the benchmark imports.
    const { bench } = await import('../bench/bench.mjs');
    process.exitCode = await bench(options);
  });
}
