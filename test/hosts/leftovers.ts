import type { ServerState } from './server-state.ts';

/** A pool of threads may keep one more of them warm, and with it a port. */
const mayGrow: readonly string[] = ['threads', 'resource MessagePort'];

/** What a server's process has more of than it had; to be empty when nothing was leaked. */
export function leftovers(before: ServerState, now: ServerState): string[] {
  const had = amounts(before);
  return Object.entries(amounts(now)).flatMap(([what, amount]) => {
    const amountBefore = had[what] ?? 0;
    const allowed = amountBefore + (mayGrow.includes(what) ? 1 : 0);
    return amount > allowed ? [`${what}: ${amount} after ${amountBefore}`] : [];
  });
}

function amounts({ threads, children, resources, listeners }: ServerState): Record<string, number> {
  return {
    threads,
    children: children.length,
    ...labelled('resource', resources),
    ...labelled('listeners of', listeners),
  };
}

function labelled(
  label: string,
  numbers: Readonly<Record<string, number>>,
): Record<string, number> {
  const entries = Object.entries(numbers);
  return Object.fromEntries(entries.map(([name, number]) => [`${label} ${name}`, number]));
}
