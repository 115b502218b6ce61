import { setTimeout as pause } from 'node:timers/promises';
import { tell } from './commands.mjs';

/** More than anybody handles while it is measured. */
const perSecond = 30_000;

/**
 * Has notifications consumed that all wait in their queue already, so that nothing but the listener is
 * measured; it counts itself.
 *
 * @param {object} feeder What `notification-feeder.mjs` made.
 * @param {{ text: string, warmUpMs: number, windowMs: number }} job
 */
export async function measureNotifications(feeder, { text, warmUpMs, windowMs }) {
  await feeder.fill(text, Math.ceil((perSecond * (warmUpMs + windowMs)) / 1_000));
  tell('listen');
  await pause(warmUpMs);
  tell('begin');
  await pause(windowMs);
  tell('end');
  if ((await feeder.left()) === 0)
    throw new Error('the queue ran dry: nobody knows how fast it is');
  return {};
}
