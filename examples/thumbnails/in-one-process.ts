/** Server and client in one process, without a broker: `in-one-process.ts [folder] [out]`. */
import { fileURLToPath } from 'node:url';
import { connect, RPCClient, Runtime } from 'greenroom';
import type { Thumbnails } from './endpoints/thumbnails.ts';
import { sendFolder } from './send-folder.ts';

const images = fileURLToPath(new URL('./images', import.meta.url));
const [folder = images, out = 'thumbnails'] = process.argv.slice(2);

const transport = await connect('memory://');
const runtime = new Runtime({
  transport,
  executor: 'pool',
  rpc: {
    target: { topic: 'thumbnails' },
    endpoints: new URL('./endpoints/thumbnails.ts', import.meta.url),
  },
});
try {
  await runtime.start();
  const client = new RPCClient<Thumbnails>(transport, {
    topic: 'thumbnails',
    namespace: 'images',
    version: '1.2',
  });
  const { made, refused } = await sendFolder(client, { folder, out, width: 200 });
  console.log(`${made} thumbnails in ${out}`);
  if (refused > 0) process.exitCode = 1;
} finally {
  await runtime.stop();
  await transport.close();
}
