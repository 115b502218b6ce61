const words = 'green rooms are where actors wait, "on stage" is where they work;\n';

/**
 * A text of so many bytes, with quotation marks and line ends as documents have them: JSON has to
 * escape these, and JSON within JSON twice.
 *
 * @param {number} bytes
 */
export function textOf(bytes) {
  return words.repeat(Math.ceil(bytes / words.length)).slice(0, bytes);
}

/**
 * @param {unknown} answer
 * @param {unknown} expected
 * @throws when they differ.
 */
export function check(answer, expected) {
  if (answer === expected) return;
  const shown = JSON.stringify(answer)?.slice(0, 200);
  throw new Error(
    `an answer is wrong: ${shown} instead of ${JSON.stringify(expected).slice(0, 200)}`,
  );
}
