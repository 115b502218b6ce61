import { textOf } from '../agent/text.mjs';
import { each } from './measure.mjs';

/** @type {readonly import('./measure.mjs').Measure[]} */
export const heldCalls = [
  heldCall('10,000', 10_000, { quick: each([10_000], ['async']) }),
  heldCall('50,000', 50_000, { whole: each([50_000], ['async']) }),
];

function heldCall(name, outstanding, plans) {
  return {
    name: `${name} outstanding`,
    about: `${name} calls of 100 B that the server holds: what each takes of the client's memory`,
    job: () => {
      const text = textOf(100);
      return { type: 'held', args: { text }, expected: text };
    },
    whole: each([outstanding], ['amqplib', 'async']),
    ...plans,
  };
}
