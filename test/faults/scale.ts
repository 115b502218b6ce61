import { isSoak } from '../hosts/soak.ts';

/** How much of a row of the fault matrix is run: a little with every change, all in the soak. */
export function scaled(little: number, whole: number): number {
  return isSoak ? whole : little;
}
