import { type ErrorClass, type MethodMark, methodMark } from './method-marks.ts';

/**
 * Says which errors are in order for methods to throw: the caller gets them as it gets any, and the
 * server's log has no more than a debug line.
 *
 * Instances of subclasses are meant too. Said twice of a method, both hold. Source: oslo-wire.md 7.
 *
 * @example
 * ```ts
 * export class Thumbnails {
 *   static {
 *     expectedExceptions(RangeError, UnknownImage)(this, 'resize', 'describe');
 *   }
 *   // or, where the build takes decorators:
 *   @expectedExceptions(RangeError, UnknownImage)
 *   async resize(ctx: Context, args: ResizeArgs) { … }
 * }
 * ```
 *
 * @throws TypeError for what is no class.
 */
export function expectedExceptions(...classes: readonly ErrorClass[]): MethodMark {
  const other: unknown = classes.find((each) => typeof each !== 'function');
  if (other !== undefined) throw new TypeError('expectedExceptions takes classes of errors');
  return methodMark('expectedExceptions', (marks) => ({
    ...marks,
    expected: [...(marks.expected ?? []), ...classes],
  }));
}

/** Whether an error is of one of these classes; never throws, whatever the error is. */
export function isOneOf(error: unknown, classes: readonly ErrorClass[]): boolean {
  try {
    return classes.some((each) => error instanceof each);
  } catch {
    // Only a proxy that won't be looked at comes here; it is nothing that anybody expected.
    return false;
  }
}
