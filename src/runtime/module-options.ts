import { z } from 'zod';
import { isSerializer, type Serializer, serializerMethods } from '../serializer.ts';

/**
 * Where endpoints are loaded from.
 *
 * A module: its URL, or a path. Every exported class with a static `target` is an endpoint, or else
 * the default export. `{ module, export, options }` takes one export, and hands `options`, cloned, to
 * the constructor in each host. An instance works with `blocking` and `async` only.
 */
export type EndpointsOption = URL | string | ModuleOption | object;

/**
 * Where a {@link Serializer} is loaded from, in each host: a module's URL, or a path, whose default
 * export, or else only one, is the serializer or its class; `{ module, export, options }` as for
 * endpoints. An instance works with `blocking` and `async` only.
 */
export type SerializerOption = URL | string | ModuleOption | Serializer<object>;

/** A module to load something from, in full; `options` are cloned and handed to the constructor. */
export interface ModuleOption {
  readonly module: URL | string;
  readonly export?: string;
  readonly options?: unknown;
}

/** The shape of one {@link EndpointsOption}, or a list of them. */
export const endpointsSchema: z.ZodType = z.custom<object | string>(
  (value) =>
    (typeof value === 'string' && value !== '') || (typeof value === 'object' && value !== null),
  'must be a module URL, a path, { module, export, options }, an instance, or a list of these',
);

/** The shape of a {@link SerializerOption}. */
export const serializerSchema: z.ZodType = z.custom<object | string>(
  (value) =>
    (typeof value === 'string' && value !== '') ||
    value instanceof URL ||
    (typeof value === 'object' && value !== null && Object.hasOwn(value, 'module')) ||
    isSerializer(value),
  'must be a module URL, a path, { module, export, options }, or an object with the methods ' +
    serializerMethods.join(', '),
);

/** Takes one or many for many. */
export function listOf<T>(option: T | readonly T[]): readonly T[] {
  return Array.isArray(option) ? option : [option as T];
}
