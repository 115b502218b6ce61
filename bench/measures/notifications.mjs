import { textOf } from '../agent/text.mjs';
import { each } from './measure.mjs';

/**
 * At once: how many a batch has. The reference has none; it is there for what others are compared with.
 *
 * @type {readonly import('./measure.mjs').Measure[]}
 */
export const notifications = [
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
      [
        'handListener',
        'batchListener',
        'poolBatchListener',
        'pythonBatchListener',
        'handListenerAgain',
      ],
    ),
    quick: each([100], ['handListener', 'batchListener']),
  },
];
