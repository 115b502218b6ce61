import { type MethodMark, methodMark } from './method-marks.ts';

/**
 * Marks methods that may be called from outside; the `explicit` access policy lets no others be called.
 *
 * The mark is the method's own: one that overrides it in a subclass needs its own. It changes
 * nothing under the other policies.
 *
 * @example
 * ```ts
 * export class Thumbnails {
 *   static target = { namespace: 'images', version: '1.2' };
 *   static {
 *     expose(this, 'resize', 'describe');
 *   }
 *   // or, where the build takes decorators:
 *   @expose
 *   async resize(ctx: Context, args: ResizeArgs) { … }
 * }
 * ```
 */
export const expose: MethodMark = methodMark('expose', (marks) => ({ ...marks, exposed: true }));
