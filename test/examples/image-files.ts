import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createJimp } from '@jimp/core';
import jpeg from '@jimp/js-jpeg';
import png from '@jimp/js-png';
import { projectFolder } from './program.ts';

const Jimp = createJimp({ formats: [png, jpeg] });

/** The thumbnails example. */
export const exampleFolder: string = path.join(projectFolder, 'examples/thumbnails');

/** The images that come with it. */
export const imagesFolder: string = path.join(exampleFolder, 'images');

/** What an image file is when it has been decoded to its last pixel. */
export interface DecodedSize {
  readonly mime: string | undefined;
  readonly width: number;
  readonly height: number;
}

/** Decodes an image file. */
export async function decoded(file: string): Promise<DecodedSize> {
  const { mime, width, height } = await Jimp.fromBuffer(await readFile(file));
  return { mime, width, height };
}

/** What a thumbnail of that width of each image in a folder must be, by name. */
export async function thumbnailsOf(
  folder: string,
  width: number,
): Promise<Record<string, DecodedSize>> {
  const sizes: Record<string, DecodedSize> = {};
  for (const name of (await readdir(folder)).sort()) {
    const image = await decoded(path.join(folder, name));
    const height = Math.round((width * image.height) / image.width);
    sizes[name] = { mime: image.mime, width, height };
  }
  return sizes;
}

/** What each file in a folder is, by name. */
export async function imagesIn(folder: string): Promise<Record<string, DecodedSize>> {
  const sizes: Record<string, DecodedSize> = {};
  for (const name of (await readdir(folder)).sort()) {
    sizes[name] = await decoded(path.join(folder, name));
  }
  return sizes;
}
