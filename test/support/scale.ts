import { randomInt } from 'node:crypto';
import { isSoak } from './soak.ts';

/** How much of a row of the fault matrix is run: a little with every change, all in the soak. */
export function scaled(little: number, whole: number): number {
  return isSoak ? whole : little;
}

/** How long the soak lasts, in ms; `npm run test:soak -- --minutes` says. */
export const soakMs: number = scaled(
  12_000,
  Number(process.env['GREENROOM_SOAK_MINUTES'] ?? 30) * 60_000,
);

/** What chance is drawn from, so that a run can be had again: `npm run test:soak -- --seed`. */
export const seed: number = Number(process.env['GREENROOM_SOAK_SEED'] ?? randomInt(1_000_000));

/**
 * Draws numbers from 0 to 1 in an order that follows from the seed.
 *
 * @returns What draws the next. Source: mulberry32, by T. Ettinger, public domain.
 */
export function chanceOf(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
