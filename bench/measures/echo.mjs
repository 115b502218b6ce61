import { textOf } from '../agent/text.mjs';
import { each } from './measure.mjs';

// The reference comes first and last, so that what it differs from itself by has the drift of a round in it.
/** @type {readonly import('./measure.mjs').Measure[]} */
export const echoes = [
  echo('100 B', 100, {
    whole: {
      ...each([1, 16, 128, 512], ['amqplib', 'async']),
      ...each([128], ['pool', 'poolOfShort']),
      ...each([1, 128], ['nestNoDelay']),
      ...each([128], ['nest', 'amqplibOslo', 'moleculer', 'threading', 'eventlet']),
      ...each([1, 128], ['amqplibAgain']),
    },
    quick: {
      ...each([1, 128], ['amqplib', 'async']),
      ...each([128], ['pool', 'poolOfShort', 'nestNoDelay', 'threading', 'amqplibAgain']),
    },
  }),
  echo('1 KiB', 1_024, {
    whole: each([128], ['amqplib', 'async']),
  }),
  echo('64 KiB', 65_536, {
    whole: each([16], ['amqplib', 'async']),
  }),
  echo('1 MiB', 1_048_576, {
    whole: each([16], ['amqplib', 'async', 'amqplibOslo']),
    quick: each([16], ['amqplib', 'async']),
  }),
];

function echo(size, bytes, plans) {
  return {
    name: `echo ${size}`,
    about: `calls that return the text of ${size} that they were given`,
    job: () => {
      const text = textOf(bytes);
      return { type: 'calls', method: 'echo', args: { text }, expected: text };
    },
    ...plans,
  };
}
