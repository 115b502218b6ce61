import { type Context, expectedExceptions, type PythonException, pythonException } from 'greenroom';
import type { RequestContext } from './request-context.ts';

/** Reaches Python callers that allow `nova.exception` as that very class. */
export class InstanceNotFound extends Error {
  readonly instanceId: string;

  constructor(instanceId: string) {
    super(`Instance ${instanceId} could not be found.`);
    this.instanceId = instanceId;
  }

  get [pythonException](): PythonException {
    return { module: 'nova.exception', kwargs: { instance_id: this.instanceId } };
  }
}

export interface Instance {
  readonly uuid: string;
  readonly host: string;
  readonly project_id: string | null;
}

/** The server's side of the conductor's interface, version 3.1. */
export class ConductorManager {
  static target = { version: '3.1' };

  static {
    expectedExceptions(InstanceNotFound)(ConductorManager, 'instance_get');
  }

  readonly #instances = new Map<string, Instance>();

  instance_create(
    ctx: Context<RequestContext>,
    { uuid, host }: { uuid: string; host: string },
  ): Instance {
    const instance = { uuid, host, project_id: ctx.values.projectId };
    this.#instances.set(uuid, instance);
    return instance;
  }

  instance_get(_ctx: Context<RequestContext>, { uuid }: { uuid: string }): Instance {
    const instance = this.#instances.get(uuid);
    if (instance === undefined) throw new InstanceNotFound(uuid);
    return instance;
  }
}
