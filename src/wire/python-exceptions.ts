/** Python's own exceptions live in this module; a Python caller gets them as themselves. */
export const builtinsModule = 'builtins';

/**
 * JavaScript's own errors and what a Python caller catches for them.
 *
 * Those without a like in Python are plain `Exception`s. A `SyntaxError` is a `ValueError`: it comes
 * from text that would not parse, `JSON.parse('…')`, where Python raises that (`json.JSONDecodeError`
 * is one); Python's own SyntaxError is about Python programs. Source: oslo-wire.md 8.
 */
const pythonClasses: ReadonlyMap<string, string> = new Map([
  ['Error', 'Exception'],
  ['AggregateError', 'Exception'],
  ['EvalError', 'Exception'],
  ['SuppressedError', 'Exception'],
  ['TypeError', 'TypeError'],
  ['RangeError', 'ValueError'],
  ['SyntaxError', 'ValueError'],
  ['URIError', 'ValueError'],
  ['ReferenceError', 'NameError'],
  ['AssertionError', 'AssertionError'],
  ['TimeoutError', 'TimeoutError'],
]);

/** The builtin Python exception for a JavaScript error of that name; none for a user's own. */
export function pythonClassOf(errorName: string): string | undefined {
  return pythonClasses.get(errorName);
}
