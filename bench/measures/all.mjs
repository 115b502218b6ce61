import { casts } from './casts.mjs';
import { cpuJobs } from './cpu-jobs.mjs';
import { echoes } from './echo.mjs';
import { heldCalls } from './held-calls.mjs';
import { notifications } from './notifications.mjs';
import { manyTopics } from './topics.mjs';

/** In the order in which they are measured. @type {readonly import('./measure.mjs').Measure[]} */
export const measures = [...echoes, casts, cpuJobs, ...heldCalls, manyTopics, ...notifications];
