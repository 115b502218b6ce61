import { shownValue } from '../../log.ts';

/**
 * Does the same with each item at once, and waits until all is done, however much of it fails, also
 * before it has returned a promise.
 *
 * @throws the only failure as it is, or an `AggregateError` of several, with the words of the first.
 */
export async function settleAll<T extends object>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const [only] = items;
  // Nearly always there is one driver, and one topic.
  if (only !== undefined && items.length === 1) return await work(only);
  const outcomes = await Promise.allSettled(items.map(async (item) => await work(item)));
  const reasons = outcomes.flatMap((outcome): unknown[] =>
    outcome.status === 'rejected' ? [outcome.reason] : [],
  );
  const [first] = reasons;
  if (reasons.length === 0) return;
  if (reasons.length === 1) throw first;
  const text = first instanceof Error ? first.message : shownValue(first);
  throw new AggregateError(reasons, `${text} (and ${reasons.length - 1} more)`);
}
