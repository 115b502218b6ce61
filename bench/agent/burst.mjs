import { Load } from './load.mjs';
import { check } from './text.mjs';

/**
 * Makes many cheap calls at once for a while, so that V8 has compiled what every call passes through, on both
 * sides: a few hundred calls of a slow measure would not have it do so.
 *
 * @param {object} client What a peer's `openClient` made.
 * @param {{ text: string, topics: number, outstanding: number, ms: number }} job
 */
export async function burst(client, { text, topics, outstanding, ms }) {
  let calls = 0;
  const echo = async () => check(await client.call('echo', { text }, calls++ % topics), text);
  const load = new Load(outstanding, echo);
  await load.goOn(ms);
  await load.stop();
}
