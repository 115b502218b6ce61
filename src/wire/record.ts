/** Whether a value is what JSON calls an object: not null, no list, and nothing of a type of its own. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]';
}
