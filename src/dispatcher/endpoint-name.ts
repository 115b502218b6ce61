/**
 * What to call an endpoint in messages to people.
 *
 * @throws TypeError that says this when it is no object.
 */
export function endpointName(instance: object): string {
  const isObject = typeof instance === 'object' && instance !== null;
  const given: unknown =
    typeof instance === 'function' ? instance.name : instance?.constructor?.name;
  const name = typeof given === 'string' && given !== '' ? given : '(anonymous)';
  if (isObject) return name;
  throw new TypeError(`endpoint ${name} is no object; a class is to be instantiated first`);
}
