import { z } from 'zod';
import { InvalidOptionError } from './errors.ts';
import { suggestion } from './nearest-name.ts';

/**
 * Checks options against their schema.
 *
 * @param what - Names the options in the error, such as `runtime options` or a file.
 * @throws {@link InvalidOptionError} that lists everything that is wrong, with the name that was
 * probably meant for each unknown one.
 */
export function checkOptions<T extends z.ZodType>(
  schema: T,
  raw: unknown,
  what: string,
): z.infer<T> {
  const result = schema.safeParse(raw, { reportInput: false });
  if (result.success) return result.data;
  const complaints = result.error.issues.flatMap((issue) => complaintsOf(issue, schema));
  throw new InvalidOptionError(`invalid ${what}: ${complaints.join('; ')}`);
}

function complaintsOf(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  parent: readonly PropertyKey[] = [],
): string[] {
  const path = [...parent, ...issue.path].map(String);
  const meant = issue.code === 'invalid_union' ? issue.errors.find(isOfItsKind) : undefined;
  if (meant !== undefined) return meant.flatMap((inner) => complaintsOf(inner, schema, path));
  if (issue.code !== 'unrecognized_keys') {
    return [`${path.join('.') || 'the options'}: ${lowerFirst(issue.message)}`];
  }
  const names = namesAt(schema, path);
  return issue.keys.map(
    (key) => `${[...path, key].join('.')}: unknown option${suggestion(key, names)}`,
  );
}

/** Whether a value was of the kind that this alternative is for, and wrong further in. */
function isOfItsKind(issues: readonly z.core.$ZodIssue[]): boolean {
  return issues.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys');
}

/** The names that an object schema has at a path. */
function namesAt(schema: z.ZodType, path: readonly string[]): string[] {
  const object = unwrapped(schema);
  if (object instanceof z.ZodRecord && object.valueType instanceof z.ZodType) {
    return path.length === 0 ? [] : namesAt(object.valueType, path.slice(1));
  }
  if (!(object instanceof z.ZodObject)) return [];
  const [next, ...rest] = path;
  if (next === undefined) return Object.keys(object.shape);
  const inner: unknown = object.shape[next];
  return inner instanceof z.ZodType ? namesAt(inner, rest) : [];
}

function unwrapped(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodUnion) {
    const object = schema.options.find((option) => option instanceof z.ZodObject);
    return object ?? schema;
  }
  if (!(schema instanceof z.ZodOptional)) return schema;
  const inner: unknown = schema.unwrap();
  return inner instanceof z.ZodType ? unwrapped(inner) : schema;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
