/**
 * The keys of a context that a notification carries: those that oslo.messaging 14 lets through, in the
 * words of oslo.context. No token, no service catalogue and nothing that an application has put there.
 * Source: oslo-wire.md 16; `_sanitize_context` of `oslo_messaging/notify/notifier.py`.
 */
export const safeContextKeys: readonly string[] = [
  'user_id',
  'project_id',
  'domain_id',
  'user_domain_id',
  'project_domain_id',
  'is_admin',
  'request_id',
  'roles',
  'user_name',
  'project_name',
  'domain_name',
  'user_domain_name',
  'project_domain_name',
  'service_user_id',
  'service_user_domain_id',
  'service_user_domain_name',
  'service_project_id',
  'service_project_name',
  'service_project_domain_id',
  'service_project_domain_name',
  'service_roles',
  'global_request_id',
  'system_scope',
  // Older names of some of these, which are still about.
  'user',
  'domain',
  'user_domain',
  'project_domain',
];

const safe: ReadonlySet<string> = new Set(safeContextKeys);

/** What of a context may leave the process with a notification; in its order. */
export function safeContext(context: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(context).filter(([key]) => safe.has(key)));
}
