import { measureLoad } from './load-window.mjs';

/**
 * Measures notifying: each counts when the broker has confirmed it, and nobody listens. In the end all of
 * them have to wait in their queue, so that none is counted that was lost.
 *
 * @param {object} client What a notifier's `openClient` made.
 * @param {object} job
 * @param {string} job.text
 * @param {number} job.outstanding
 * @param {number} job.warmUpMs
 * @param {number} job.windowMs
 */
export async function measureNotifying(client, { text, ...job }) {
  const payload = { text };
  let confirmed = 0;
  const figures = await measureLoad(async () => {
    await client.notify(payload);
    confirmed += 1;
  }, job);
  const waiting = await client.waiting();
  if (waiting !== confirmed) {
    throw new Error(`${waiting} notifications wait, and ${confirmed} were confirmed`);
  }
  return figures;
}
