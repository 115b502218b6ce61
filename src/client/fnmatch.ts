/** Whether a text matches; made by {@link fnmatch}. */
export type Matcher = (text: string) => boolean;

/** One place of a pattern: any number of characters, or one that it takes. */
type Place = 'many' | ((character: string) => boolean);

/**
 * Compiles a pattern as Python's `fnmatch` reads it: `*` any text, `?` any character, `[abc-f]` and
 * `[!abc]` one of a set, and a bracket that nothing closes is itself. Upper and lower case differ.
 *
 * No regular expression: it goes back to the last `*` only, so that no pattern takes longer than its
 * length times the text's.
 */
export function fnmatch(pattern: string): Matcher {
  const places = placesOf(Array.from(pattern));
  return (text) => matches(places, Array.from(text));
}

function matches(places: readonly Place[], text: readonly string[]): boolean {
  let at = 0;
  let place = 0;
  let lastMany: { readonly place: number; at: number } | undefined;
  while (at < text.length) {
    const wanted = places[place];
    if (wanted === 'many') {
      lastMany = { place, at };
      place += 1;
    } else if (wanted?.(text[at] ?? '')) {
      at += 1;
      place += 1;
    } else if (lastMany !== undefined) {
      lastMany.at += 1;
      at = lastMany.at;
      place = lastMany.place + 1;
    } else {
      return false;
    }
  }
  return places.slice(place).every((rest) => rest === 'many');
}

function placesOf(pattern: readonly string[]): Place[] {
  const places: Place[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? '';
    const end = character === '[' ? endOfSet(pattern, at) : undefined;
    if (character === '*') places.push('many');
    else if (character === '?') places.push(() => true);
    else if (end === undefined) places.push((one) => one === character);
    else {
      places.push(setOf(pattern.slice(at + 1, end)));
      at = end;
    }
  }
  return places;
}

/** A bracket right at the beginning of a set is a member of it. */
function endOfSet(pattern: readonly string[], start: number): number | undefined {
  let from = start + 1;
  if (pattern[from] === '!') from += 1;
  if (pattern[from] === ']') from += 1;
  const end = pattern.indexOf(']', from);
  return end === -1 ? undefined : end;
}

function setOf(members: readonly string[]): (character: string) => boolean {
  const isNegated = members[0] === '!';
  const ranges = rangesOf(isNegated ? members.slice(1) : members);
  return (character) =>
    ranges.some(
      ([first, last]) => codeOf(first) <= codeOf(character) && codeOf(character) <= codeOf(last),
    ) !== isNegated;
}

function rangesOf(members: readonly string[]): [first: string, last: string][] {
  const ranges: [string, string][] = [];
  for (let at = 0; at < members.length; at += 1) {
    const first = members[at] ?? '';
    const last = members[at + 1] === '-' ? members[at + 2] : undefined;
    ranges.push([first, last ?? first]);
    if (last !== undefined) at += 2;
  }
  return ranges;
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? -1;
}
