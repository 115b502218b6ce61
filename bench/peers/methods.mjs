// What every server in JavaScript serves, so that peers differ in nothing but themselves.

let notes = 0;
let letGo;
const gate = new Promise((resolve) => {
  letGo = resolve;
});

/** By name; each takes the object of its arguments. */
export const methods = {
  echo: ({ text }) => text,
  work,
  ping: () => 'pong',
  note: () => {
    notes += 1;
    return null;
  },
  /** How many notes there have been. */
  notes: () => notes,
  /** An echo that waits for {@link release}. */
  hold: async ({ text }) => {
    await gate;
    return text;
  },
};

/** Lets the calls of `hold` end, those that are still on their way too. */
export function release() {
  letGo();
}

/**
 * Computes: nothing that a compiler could leave out, and no memory.
 *
 * @param {{ rounds: number }} args
 * @returns {number} The same for the same number of rounds.
 */
export function work({ rounds }) {
  let value = 0x9e3779b9;
  for (let round = 0; round < rounds; round += 1) {
    value = (Math.imul(value ^ (value >>> 15), 0x85ebca6b) + round) | 0;
  }
  return value;
}
