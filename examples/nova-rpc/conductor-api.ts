import type { RPCClient } from 'greenroom';
import type { ConductorManager, Instance } from './conductor.ts';
import type { RequestContext } from './request-context.ts';
import { getClient } from './rpc.ts';

/** The client's side: `nova/conductor/rpcapi.py`, with its old servers still about. */
export class ConductorAPI {
  readonly #client: RPCClient<ConductorManager>;

  /** @param versionCap - The highest version that every server of the cloud has by now. */
  constructor(versionCap?: string) {
    const target = { topic: 'conductor', version: '3.0' };
    this.#client = getClient(versionCap === undefined ? target : { ...target, versionCap });
  }

  instanceGet(context: RequestContext, uuid: string): Promise<Instance> {
    return this.#client.call(context, 'instance_get', { uuid });
  }

  instanceCreate(context: RequestContext, uuid: string, host: string): Promise<Instance> {
    const client = this.#client.canSendVersion('3.1')
      ? this.#client.prepare({ version: '3.1' })
      : this.#client;
    return client.call(context, 'instance_create', { uuid, host });
  }
}
