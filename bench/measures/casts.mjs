import { textOf } from '../agent/text.mjs';
import { each } from './measure.mjs';

/** @type {import('./measure.mjs').Measure} */
export const casts = {
  name: 'casts 100 B',
  about: 'casts, each confirmed by the broker, counted when the server has got them all',
  job: () => ({ type: 'casts', args: { text: textOf(100) } }),
  whole: each([128], ['amqplib', 'async', 'nestNoDelay']),
};
