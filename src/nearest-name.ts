import { closest, distance } from 'fastest-levenshtein';

/** The name that was probably meant, if one is near enough to suggest. */
function nearestName(name: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const nearest = closest(name, names);
  return distance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, name.length / 3)
    ? nearest
    : undefined;
}

/** ` (did you mean 'topic'?)`, or the names there are, or nothing when there are too many to list. */
export function suggestion(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  if (nearest !== undefined) return ` (did you mean '${nearest}'?)`;
  return names.length === 0 ? '' : ` (there are: ${names.join(', ')})`;
}
