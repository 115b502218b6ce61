import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RPCClient } from 'greenroom';
import type { Thumbnails } from './endpoints/thumbnails.ts';

/** What {@link sendFolder} is to do. */
export interface FolderOptions {
  /** Where the images are; files with other endings than .png, .jpg and .jpeg are passed over. */
  readonly folder: string;
  /** Where the thumbnails go, under the images' names. */
  readonly out: string;
  /** Of the thumbnails, in pixels. */
  readonly width: number;
  /** How many calls to have outstanding. @default 4 */
  readonly atOnce?: number;
}

/**
 * Has a thumbnail made of each image in a folder, and prints a line for each.
 *
 * @returns How many were made; an image that is refused is told on stderr, and not counted.
 */
export async function sendFolder(
  client: RPCClient<Thumbnails>,
  { folder, out, width, atOnce = 4 }: FolderOptions,
): Promise<{ made: number; refused: number }> {
  const names = (await readdir(folder)).filter((name) => /\.(png|jpe?g)$/i.test(name)).sort();
  await mkdir(out, { recursive: true });
  const remaining = names.values();
  let made = 0;
  // All take their next image from the same iterator, so that no more than these are under way.
  const sender = async (): Promise<void> => {
    for (const name of remaining) {
      try {
        await sendOne(name);
        made++;
      } catch (error) {
        console.error(`${name}: ${error instanceof Error ? error.message : error}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sender));
  return { made, refused: names.length - made };

  async function sendOne(name: string): Promise<void> {
    const image = await readFile(path.join(folder, name), 'base64');
    const sentAt = performance.now();
    const thumbnail = await client.call({}, 'resize', { image, width });
    const tookMs = Math.round(performance.now() - sentAt);
    await writeFile(path.join(out, name), thumbnail.image, 'base64');
    console.log(
      `${name}: ${thumbnail.width} x ${thumbnail.height} ${thumbnail.format}, ${tookMs} ms`,
    );
  }
}
