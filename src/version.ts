const pattern = /^\d{1,9}(?:\.\d{1,9}){0,2}$/;

/** Whether a text is a version: one to three numbers with dots between, such as `1.2`. */
export function isVersion(text: string): boolean {
  return pattern.test(text);
}

/**
 * Whether an implementation can serve a request made for another version of the same interface.
 *
 * The majors are equal, the implemented minor is at least the requested one, and when those are
 * equal so is the revision; what is missing counts as 0. Nothing implemented serves everything. A
 * client's version cap follows the same rule, with the cap as implemented. Source: oslo-wire.md 7.
 *
 * @returns `false` for a text that is no version.
 */
export function isVersionCompatible(implemented: string | undefined, requested: string): boolean {
  if (implemented === undefined) return true;
  if (!isVersion(implemented) || !isVersion(requested)) return false;
  const [major = 0, minor = 0, revision = 0] = implemented.split('.').map(Number);
  const [askedMajor = 0, askedMinor = 0, askedRevision = 0] = requested.split('.').map(Number);
  if (askedMajor !== major) return false;
  return askedMinor === minor ? askedRevision <= revision : askedMinor < minor;
}
