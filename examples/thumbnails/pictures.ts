/** Red, green, blue, opacity; each from 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number, opacity?: number];

/** The colour of a point; `x` goes from 0 to `aspect`, `y` from 0 at the top to 1. */
export type Picture = (x: number, y: number, aspect: number) => Colour;

/** A sun behind five ridges of hills, each paler than the one before it. */
export const sunset: Picture = (x, y, aspect) => {
  for (let ridge = 5; ridge >= 1; ridge--) {
    const height =
      0.09 * Math.sin(x * (1.7 + ridge) + ridge * 2.1) +
      0.03 * Math.sin(x * 11 * (1 + ridge / 9) + ridge) +
      0.006 * Math.sin(x * 67 + ridge * 5);
    if (y > 0.46 + ridge * 0.1 - height) {
      return blend([0.98, 0.55, 0.4], [0.1, 0.06, 0.22], ridge / 5);
    }
  }
  const fromSun = Math.hypot(x - aspect * 0.62, y - 0.4);
  const sky = blend([0.16, 0.2, 0.5], [1, 0.66, 0.35], (y / 0.62) ** 1.2);
  if (fromSun < 0.13) return blend([1, 0.97, 0.8], [1, 0.85, 0.45], fromSun / 0.13);
  return blend([1, 0.88, 0.55], sky, ((fromSun - 0.13) / 0.4) ** 0.6);
};

/** The Mandelbrot set, coloured by how soon a point escapes. */
export const mandelbrot: Picture = (x, y, aspect) => {
  const real = (x - aspect / 2) * 2.6 - 0.6;
  const imaginary = (y - 0.5) * 2.6;
  let [a, b] = [0, 0];
  for (let step = 0; step < 200; step++) {
    [a, b] = [a * a - b * b + real, 2 * a * b + imaginary];
    const distance = a * a + b * b;
    if (distance > 256) return rainbow((step - Math.log2(Math.log2(distance))) * 0.04 + 0.55);
  }
  return [0.02, 0.02, 0.06];
};

/** Four waves laid over each other. */
export const plasma: Picture = (x, y) => {
  const sum =
    Math.sin(x * 9) +
    Math.sin(y * 12 + 1) +
    Math.sin((x + y) * 8) +
    Math.sin(Math.hypot(x - 0.4, y - 0.7) * 22);
  return rainbow(sum / 7 + 0.1);
};

/** A sunflower's florets: each turned from the one before by the golden angle. */
export const sunflower: Picture = (x, y, aspect) => {
  const [dx, dy] = [x - aspect / 2, y - 0.5];
  const scale = 0.019;
  const middle = Math.round((Math.hypot(dx, dy) / scale) ** 2);
  for (let floret = Math.max(1, middle - 60); floret <= Math.min(600, middle + 60); floret++) {
    const angle = floret * Math.PI * (3 - Math.sqrt(5));
    const radius = scale * Math.sqrt(floret);
    const away = Math.hypot(dx - radius * Math.cos(angle), dy - radius * Math.sin(angle));
    if (away < 0.006 + floret * 0.000014) {
      return blend([0.35, 0.17, 0.05], [1, 0.8, 0.1], floret / 480);
    }
  }
  return [0.06, 0.2, 0.16];
};

/** Ribbons of quarter circles: every tile is turned one way or the other. */
export const ribbons: Picture = (x, y) => {
  const tile = 1 / 8;
  const [column, row] = [Math.floor(x / tile), Math.floor(y / tile)];
  const isTurned = Math.sin(column * 12.9898 + row * 78.233) * 43758.5453;
  const u = isTurned - Math.floor(isTurned) < 0.5 ? x / tile - column : 1 - (x / tile - column);
  const v = y / tile - row;
  const away = Math.min(Math.abs(Math.hypot(u, v) - 0.5), Math.abs(Math.hypot(1 - u, 1 - v) - 0.5));
  if (away < 0.1) return [0.98, 0.93, 0.82];
  if (away < 0.16) return [0.85, 0.3, 0.22];
  return [0.09, 0.24, 0.36];
};

/** All hues around a ring, on nothing: thumbnails have to keep what is transparent. */
export const wheel: Picture = (x, y, aspect) => {
  const [dx, dy] = [x - aspect / 2, y - 0.5];
  const radius = Math.hypot(dx, dy);
  if (radius > 0.48 || radius < 0.2) return [0, 0, 0, 0];
  const turn = Math.floor((Math.atan2(dy, dx) / (2 * Math.PI)) * 24 + 12) / 24;
  const ring = Math.floor((radius - 0.2) / 0.07);
  return blend(rainbow(turn), [1, 1, 1], ring * 0.2);
};

function blend(from: Colour, to: Colour, share: number): Colour {
  const t = Math.min(1, Math.max(0, share));
  const mix = (a: number, b: number): number => a + (b - a) * t;
  return [mix(from[0], to[0]), mix(from[1], to[1]), mix(from[2], to[2])];
}

/** The hue that many turns from red. */
function rainbow(turns: number): Colour {
  const wave = (shift: number): number => 0.5 + 0.5 * Math.cos(2 * Math.PI * (turns + shift));
  return [wave(0), wave(-1 / 3), wave(-2 / 3)];
}
