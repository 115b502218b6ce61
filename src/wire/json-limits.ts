/** How many brackets, commas and colons a text may have: each can cost an object on the heap. */
const maxJsonTokens = 2_000_000;

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openList = 0x5b;
const backslash = 0x5c;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

/**
 * Says what makes a JSON text too costly to parse, or nothing when it is fine.
 *
 * Linear and without allocation; a text with too few brackets to be too deep is not read closely.
 */
export function findExcess(text: string, maxDepth: number): string | undefined {
  if (text.length <= maxJsonTokens && !hasMoreBrackets(text, maxDepth)) return undefined;
  let depth = 0;
  let tokens = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfString(text, at);
        break;
      case openList:
      case openObject:
        depth += 1;
        tokens += 1;
        if (depth > maxDepth) return `nested deeper than ${maxDepth} levels`;
        break;
      case closeList:
      case closeObject:
        depth -= 1;
        break;
      case comma:
      case colon:
        tokens += 1;
        break;
    }
    if (tokens > maxJsonTokens) return `more than ${maxJsonTokens} brackets, commas and colons`;
  }
  return undefined;
}

/** Whether there are more opening brackets than levels allowed; in strings they count as well. */
function hasMoreBrackets(text: string, maxDepth: number): boolean {
  let count = 0;
  for (const bracket of ['[', '{']) {
    let at = text.indexOf(bracket);
    while (at !== -1) {
      count += 1;
      if (count > maxDepth) return true;
      at = text.indexOf(bracket, at + 1);
    }
  }
  return false;
}

/**
 * Finds the quote that ends a string.
 *
 * @param start - Where its opening quote is.
 * @returns The index of the closing quote; the text's length when there is none.
 */
export function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

/** A string's opening quote ends the run of backslashes, so each of them is looked at once. */
function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text.charCodeAt(before) === backslash) before -= 1;
  return (at - before) % 2 === 0;
}
