import { setTimeout as pause } from 'node:timers/promises';
import { tell } from './commands.mjs';
import { queueWindow } from './queue-window.mjs';

/** The queue is filled for so much longer than it is emptied. */
const fillFactor = 1.5;

/**
 * Has notifications consumed that all wait in their queue already, so that nothing but the listener is
 * measured; it counts itself.
 *
 * How fast listener and machine are nobody knows before, so the queue is filled for a time, not to a number.
 *
 * @param {object} feeder What `notification-feeder.mjs` made.
 * @param {{ text: string, warmUpMs: number, windowMs: number }} job
 */
export async function measureNotifications(feeder, { text, warmUpMs, windowMs }) {
  await feeder.fill(text, fillFactor * (warmUpMs + windowMs));
  tell('listen');
  await pause(warmUpMs);
  tell('begin');
  const isGood = await queueWindow(() => feeder.left(), windowMs);
  tell('end');
  if (!isGood) throw new Error('the queue ran dry: nobody knows how fast it is');
  return {};
}
