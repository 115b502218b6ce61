import { textOf } from '../agent/text.mjs';
import { each } from './measure.mjs';

const topics = 1_000;

/** @type {import('./measure.mjs').Measure} */
export const manyTopics = {
  name: '1,000 topics',
  about: 'echoes of 100 B from one server of 1,000 topics, called in turn',
  topics,
  job: () => {
    const text = textOf(100);
    return { type: 'calls', method: 'echo', args: { text }, expected: text };
  },
  whole: each([128], ['amqplib', 'async']),
};
