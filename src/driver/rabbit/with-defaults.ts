/** Options over their defaults; one that is `undefined` is as good as absent. */
export function withDefaults<Defaults extends object, Options extends object>(
  defaults: Defaults,
  options: Options,
): Defaults & Options {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  // What is left of the options is theirs, name by name.
  return { ...defaults, ...(Object.fromEntries(given) as Options) };
}
