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
  async whole(timeout = 90_000): Promise<void> {
    const all = this.nodes.map(() => this.nodes.length);
    await expect.poll(() => this.#seen(), { interval: 200, timeout }).toEqual(all);
  }

  /**
   * Resolves when the cluster is whole again after the node at this address could not be reached.
   *
   * @returns Whether that node had to be restarted: a 3.10 that has paused may stay as it is, waiting for a lock
   * of Erlang's `global`, which is at odds with itself after such a split.
   */
  async wholeWith(address: string): Promise<boolean> {
    try {
      await this.whole(30_000);
      return false;
    } catch {
      // What it waited for in vain is told by the count that this makes.
      const node = this.nodes.find((each) => each.address === address);
      await node?.kill();
      await node?.restart();
      await this.whole();
      return true;
    }
  }

  /**
   * Begins to look whether each node notices that one can be reached by none; what it returns resolves when the
   * others see each other, and that one itself at the most: RabbitMQ 3.10 has it pause.
   *
   * A network that is mended while only some have noticed leaves a 3.10 that is no cluster any more for good:
   * Mnesia finds its database inconsistent, and nobody pauses.
   */
  losing(address: string): () => Promise<void> {
    const isLost = (node: PrivateBroker): boolean => node.address === address;
    // Asked before that, a node waits for those that it can't reach; its log can be read.
    const logs = this.nodes.map((node) => {
      const others = this.nodes.filter((other) => isLost(node) !== isLost(other));
      const words = others.map(({ nodeName }) => `node '${nodeName}' down: `);
      const begun = node.log().length;
      return (): boolean => words.every((text) => node.log().slice(begun).includes(text));
    });
    const isSeen = (count: number, index: number): boolean =>
      this.nodes.map(isLost)[index] ? count <= 1 : count === this.nodes.length - 1;
    return async () => {
      const timeout = 90_000;
      await expect.poll(() => logs.every((isNoticed) => isNoticed()), { timeout }).toBe(true);
      await expect.poll(async () => (await this.#seen()).every(isSeen), { timeout }).toBe(true);
    };
  }

  /** How many nodes each sees that run, itself among them; 0 where it does not. */
  async #seen(): Promise<readonly number[]> {
    const seen = async (node: PrivateBroker): Promise<number> => {
      const text = await node.ctl(['cluster_status', '--formatter', 'json']).catch(() => '{}');
      // What --formatter json prints, of which this is a part.
      const { running_nodes = [] } = JSON.parse(text) as { running_nodes?: readonly string[] };
      return running_nodes.length;
    };
    return await Promise.all(this.nodes.map(seen));
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
