import { expect } from 'vitest';

/** Waits for as many looks, at a `consumerCheckMs` of 100, as would end an idle session three times over. */
export async function looksAtConsumers(): Promise<void> {
  const looks = { left: 10 };
  const counting = setInterval(() => looks.left--, 100);
  await expect.poll(() => looks.left).toBeLessThan(0);
  clearInterval(counting);
}
