import { randomUUID } from 'node:crypto';
import type { ContextValues, Serializer } from 'greenroom';

/** What nova calls a request's context: who asks, for which project, and under which request id. */
export class RequestContext {
  readonly requestId: string;
  readonly userId: string | null;
  readonly projectId: string | null;
  readonly roles: readonly string[];
  readonly isAdmin: boolean;

  constructor(given: Partial<Omit<RequestContext, 'toDict' | 'elevated'>> = {}) {
    this.requestId = given.requestId ?? `req-${randomUUID()}`;
    this.userId = given.userId ?? null;
    this.projectId = given.projectId ?? null;
    this.roles = given.roles ?? [];
    this.isAdmin = given.isAdmin ?? this.roles.includes('admin');
  }

  /** The keys as Python services have them. */
  toDict(): ContextValues {
    return {
      request_id: this.requestId,
      user_id: this.userId,
      project_id: this.projectId,
      roles: this.roles,
      is_admin: this.isAdmin,
    };
  }

  /** The same request, with an administrator's rights. */
  elevated(): RequestContext {
    return new RequestContext({ ...this, isAdmin: true, roles: [...this.roles, 'admin'] });
  }
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Carries a {@link RequestContext} over the wire; nova's `RequestContextSerializer`. */
export class RequestContextSerializer implements Serializer<RequestContext> {
  serializeEntity(_context: RequestContext, entity: unknown): unknown {
    return entity;
  }

  deserializeEntity(_context: RequestContext, entity: unknown): unknown {
    return entity;
  }

  serializeContext(context: RequestContext): ContextValues {
    return context.toDict();
  }

  deserializeContext(values: ContextValues): RequestContext {
    const { request_id, user_id, project_id, roles, is_admin } = values;
    return new RequestContext({
      requestId: text(request_id) ?? 'req-none',
      userId: text(user_id),
      projectId: text(project_id),
      roles: Array.isArray(roles) ? roles.map(String) : [],
      isAdmin: is_admin === true,
    });
  }
}
