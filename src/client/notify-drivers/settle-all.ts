/**
 * Waits until all is done, however much of it fails.
 *
 * @throws the only failure as it is, or an `AggregateError` of several, with the words of the first.
 */
export async function settleAll(work: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(work);
  const reasons = outcomes.flatMap((outcome): unknown[] =>
    outcome.status === 'rejected' ? [outcome.reason] : [],
  );
  const [first] = reasons;
  if (reasons.length === 0) return;
  if (reasons.length === 1) throw first;
  const text = first instanceof Error ? first.message : String(first);
  throw new AggregateError(reasons, `${text} (and ${reasons.length - 1} more)`);
}
