import { PrivateBroker, type PrivateBrokerOptions } from '../support/private-broker.ts';

const options: PrivateBrokerOptions = {
  // What a cluster should be set to that would rather stop than disagree with itself.
  config: ['cluster_partition_handling = pause_minority'],
  // A node that is gone is noticed sooner than after the default of a minute.
  advancedConfig: '[{kernel, [{net_ticktime, 10}]}].',
};

/** Three RabbitMQ nodes on this machine, each of which can be killed and comes back with its data. */
export class Cluster implements AsyncDisposable {
  readonly nodes: readonly PrivateBroker[];

  private constructor(nodes: readonly PrivateBroker[]) {
    this.nodes = nodes;
  }

  static async start(): Promise<Cluster> {
    const first = await PrivateBroker.start(options);
    const joining = [1, 2].map(() => PrivateBroker.start({ ...options, joins: first }));
    const others = await Promise.allSettled(joining);
    const joined = others.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const cluster = new Cluster([first, ...joined]);
    const failed = others.find((each) => each.status === 'rejected');
    if (failed === undefined) return cluster;
    await cluster.stop();
    throw failed.reason;
  }

  /** The transport URL of all nodes, that of the number-th first. */
  url(number = 0): string {
    const ordered = [...this.nodes.slice(number), ...this.nodes.slice(0, number)];
    return `rabbit://${ordered.map(({ port }) => `guest:guest@127.0.0.1:${port}`).join(',')}/`;
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
