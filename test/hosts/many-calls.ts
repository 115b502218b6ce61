/**
 * Makes so many calls, a few at a time.
 *
 * @param call - Gets the call's number, from 0 on.
 * @throws AggregateError of all that was thrown, once all have ended.
 */
export async function makeCalls(
  count: number,
  inFlight: number,
  call: (number: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const faults: unknown[] = [];
  const caller = async (): Promise<void> => {
    while (next < count) await call(next++).catch((fault: unknown) => faults.push(fault));
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  if (faults.length > 0) throw new AggregateError(faults, `${faults.length} calls went wrong`);
}
