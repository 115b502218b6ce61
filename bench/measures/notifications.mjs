import { textOf } from '../agent/text.mjs';
import { each } from './measure.mjs';

/** Nobody listens, so that nothing but the notifier and the broker is measured. */
const notify = {
  name: 'notify 100 B',
  about: 'notifications sent, counted when the broker has confirmed them',
  job: () => ({ type: 'notify', text: textOf(100) }),
  whole: each([128], ['handNotifier', 'notifier', 'pythonNotifier']),
};

/**
 * At once, of those that are consumed: how many a batch has. The reference has none; it is there for what
 * others are compared with.
 *
 * @type {readonly import('./measure.mjs').Measure[]}
 */
export const notifications = [
  notify,
  {
    name: 'notifications 100 B',
    about:
      'notifications that wait in their queue, consumed and acknowledged one by one; the times are what a thousand took',
    job: () => ({ type: 'notifications', text: textOf(100) }),
    whole: each(
      [1],
      ['handListener', 'listener', 'poolListener', 'pythonListener', 'handListenerAgain'],
    ),
    quick: each([1], ['handListener', 'listener', 'pythonListener']),
  },
  {
    name: 'notifications in batches',
    about: 'the same, handed over by the hundred where there is such a thing',
    job: () => ({ type: 'notifications', text: textOf(100) }),
    whole: each(
      [100],
      ['handListener', 'batchListener', 'poolBatchListener', 'pythonBatchListener'],
    ),
  },
];
