/** Sends a folder of images to a server and writes the thumbnails: `client.ts [folder] [out]`. */
import { fileURLToPath } from 'node:url';
import { connect, RPCClient } from 'greenroom';
import type { Thumbnails } from './endpoints/thumbnails.ts';
import { sendFolder } from './send-folder.ts';

const images = fileURLToPath(new URL('./images', import.meta.url));
const [folder = images, out = 'thumbnails'] = process.argv.slice(2);

const transport = await connect(
  process.env['GREENROOM_TRANSPORT'] ?? 'rabbit://guest:guest@127.0.0.1:5672/',
);
try {
  const topic = process.env['THUMBNAILS_TOPIC'] ?? 'thumbnails';
  const client = new RPCClient<Thumbnails>(transport, {
    topic,
    namespace: 'images',
    version: '1.2',
  });
  const { made, refused } = await sendFolder(client, { folder, out, width: 200 });
  console.log(`${made} thumbnails in ${out}`);
  if (refused > 0) process.exitCode = 1;
} finally {
  await transport.close();
}
