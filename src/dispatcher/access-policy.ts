/** The names that `rpc.accessPolicy` takes. */
export const accessPolicies = ['default', 'explicit', 'legacy'] as const;

/**
 * Which methods of an endpoint may be called from outside; oslo.messaging's access policies.
 *
 * - `default`: those whose names don't start with `_`.
 * - `explicit`: those that are marked with {@link expose}, whatever their names.
 * - `legacy`: all, `_underscored` ones too.
 *
 * Whatever the policy, what every object has (`constructor`, `toString` …), getters and `#private`
 * methods can't be called: Python's legacy policy offers the like of them, and this one does not. A caller
 * can't tell a method that it may not call from one that does not exist. Source: oslo-wire.md 7.
 */
export type AccessPolicy = (typeof accessPolicies)[number];
