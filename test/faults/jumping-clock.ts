/**
 * Puts a wall clock that can be set between a program and the machine's: preloaded with `--import`, so that
 * no module has seen another.
 *
 * Timers and `performance.now()` run on the monotonic clock, which nobody sets.
 */
const RealDate = Date;
const set = { aheadMs: 0 };
const now = (): number => RealDate.now() + set.aheadMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});

/** Sets the clock forward, or back when negative. */
export function setClock(byMs: number): void {
  set.aheadMs += byMs;
}
