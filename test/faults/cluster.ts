import { expect } from 'vitest';
import {
  PrivateBroker,
  type PrivateBrokerHost,
  type PrivateBrokerOptions,
} from '../support/private-broker.ts';

const options: PrivateBrokerOptions = {
  // What a cluster should be set to that would rather stop than disagree with itself.
  config: ['cluster_partition_handling = pause_minority', 'loopback_users = none'],
  // A node that is gone is noticed sooner than after the default of a minute.
  advancedConfig: '[{kernel, [{net_ticktime, 10}]}].',
};

/** Three RabbitMQ nodes on this machine, each of which can be killed and comes back with its data. */
export class Cluster implements AsyncDisposable {
  readonly nodes: readonly PrivateBroker[];

  private constructor(nodes: readonly PrivateBroker[]) {
    this.nodes = nodes;
  }

  /** Each node on a host of its own, if there are hosts; else all on the loopback interface. */
  static async start(hosts: readonly PrivateBrokerHost[] = []): Promise<Cluster> {
    const [host, ...more] = hosts;
    const first = await PrivateBroker.start({ ...options, ...(host && { host }) });
    const joining = [0, 1].map((number) => {
      const host = more[number];
      return PrivateBroker.start({ ...options, ...(host && { host }), joins: first });
    });
    const others = await Promise.allSettled(joining);
    const joined = others.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const cluster = new Cluster([first, ...joined]);
    const failed = others.find((each) => each.status === 'rejected');
    if (failed === undefined) return cluster;
    await cluster.stop();
    throw failed.reason;
  }

  /** The transport URL of all nodes, that of the number-th first; beyond the last it begins again. */
  url(number = 0): string {
    const first = number % this.nodes.length;
    const ordered = [...this.nodes.slice(first), ...this.nodes.slice(0, first)];
    const hosts = ordered.map(({ address, port }) => `guest:guest@${address}:${port}`);
    return `rabbit://${hosts.join(',')}/`;
  }

  /** The node that leads a quorum queue; asks one that is up. */
  async leaderOf(queue: string): Promise<PrivateBroker> {
    const asked = this.nodes.find(({ pid }) => pid !== undefined);
    const args = ['list_queues', 'name', 'leader', '--formatter', 'json'];
    const text = await asked?.ctl(args);
    // What --formatter json prints: a list of objects with the columns that were asked for.
    const rows = JSON.parse(text ?? '[]') as readonly { name: string; leader: string }[];
    const leader = rows.find(({ name }) => name === queue)?.leader;
    const node = this.nodes.find(({ nodeName }) => nodeName === leader);
    if (node === undefined) throw new Error(`no node leads ${queue}: ${text}`);
    return node;
  }

  /** Resolves when each node sees all of them, and serves. */
  async whole(): Promise<void> {
    const serving = async (node: PrivateBroker): Promise<number> => {
      const text = await node.ctl(['cluster_status', '--formatter', 'json']).catch(() => '{}');
      // What --formatter json prints, of which this is a part.
      const { running_nodes = [] } = JSON.parse(text) as { running_nodes?: readonly string[] };
      return running_nodes.length;
    };
    const all = this.nodes.map(() => this.nodes.length);
    await expect
      .poll(() => Promise.all(this.nodes.map(serving)), { interval: 200, timeout: 90_000 })
      .toEqual(all);
  }

  /** Has every node go on that is frozen, and start that is down: as the next test is to find them. */
  async mend(): Promise<void> {
    for (const node of this.nodes) node.thaw();
    const down = this.nodes.filter(({ pid }) => pid === undefined);
    await Promise.all(down.map((node) => node.restart()));
  }

  /** Stops all, the first one last: the others depend on its port mapper. */
  async stop(): Promise<void> {
    const [first, ...others] = this.nodes;
    await Promise.all(others.map((node) => node.stop()));
    await first?.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
