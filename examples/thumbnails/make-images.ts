/**
 * Paints the images that the client sends: `make-images.ts`.
 *
 * Run again only to change them; what it makes is kept with the example.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { createJimp } from '@jimp/core';
import jpeg from '@jimp/js-jpeg';
import png from '@jimp/js-png';
import { mandelbrot, type Picture, plasma, ribbons, sunflower, sunset, wheel } from './pictures.ts';

const Jimp = createJimp({ formats: [png, jpeg] });

interface Painting {
  readonly name: `${string}.png` | `${string}.jpg`;
  readonly picture: Picture;
  readonly width: number;
  readonly height: number;
  /** Of a JPEG, up to 100. */
  readonly quality?: number;
}

const paintings: readonly Painting[] = [
  { name: 'sunset.jpg', picture: sunset, width: 1200, height: 800, quality: 70 },
  { name: 'mandelbrot.jpg', picture: mandelbrot, width: 800, height: 600, quality: 60 },
  { name: 'plasma.jpg', picture: plasma, width: 480, height: 720, quality: 75 },
  { name: 'sunflower.png', picture: sunflower, width: 512, height: 512 },
  { name: 'ribbons.png', picture: ribbons, width: 720, height: 480 },
  { name: 'wheel.png', picture: wheel, width: 400, height: 400 },
];

/** Each pixel is the mean of this many squared points, so that edges are smooth. */
const samples = 2;

const folder = new URL('./images/', import.meta.url);
await mkdir(folder, { recursive: true });
for (const painting of paintings) {
  const bytes = await paint(painting);
  await writeFile(new URL(painting.name, folder), bytes);
  console.log(`${painting.name}: ${painting.width} x ${painting.height}, ${bytes.length} bytes`);
}

async function paint({ name, picture, width, height, quality = 75 }: Painting): Promise<Buffer> {
  const data = Buffer.alloc(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data.set(pixel(picture, x, y, width / height, height), (y * width + x) * 4);
    }
  }
  const image = new Jimp({ data, width, height });
  return name.endsWith('.png')
    ? // Flat colours repeat best unfiltered, and with the strategy that looks for repetitions.
      image.getBuffer('image/png', { filterType: 0, deflateStrategy: 0 })
    : image.getBuffer('image/jpeg', { quality });
}

function pixel(picture: Picture, x: number, y: number, aspect: number, height: number): number[] {
  let [red, green, blue, opacity] = [0, 0, 0, 0];
  for (let sample = 0; sample < samples * samples; sample++) {
    const [dx, dy] = [sample % samples, Math.floor(sample / samples)];
    const [r, g, b, o = 1] = picture(
      (x + (dx + 0.5) / samples) / height,
      (y + (dy + 0.5) / samples) / height,
      aspect,
    );
    red += r * o;
    green += g * o;
    blue += b * o;
    opacity += o;
  }
  const levels = opacity === 0 ? [0, 0, 0] : [red, green, blue].map((sum) => sum / opacity);
  return [...levels, opacity / samples ** 2].map((level) => Math.round(level * 255));
}
