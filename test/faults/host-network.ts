import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { PrivateBrokerHost } from '../support/private-broker.ts';

/** Why hosts can't be had here; undefined when they can. */
export const hostNetworkReason: string | undefined = whyNot();

/** A namespace and what keeps it: a process whose stdin is ours. */
interface Namespace {
  readonly pid: number;
  readonly enter: readonly string[];
  close(): Promise<void>;
}

/**
 * Hosts of their own on this machine: network namespaces around one that routes between them and us,
 * in which the packets from one to another can be dropped, as a cable that is cut drops them.
 *
 * Nothing of it is left when we end, however we end: it is gone with the processes in it.
 */
export class HostNetwork implements AsyncDisposable {
  readonly hosts: readonly PrivateBrokerHost[];
  readonly #router: Namespace;
  readonly #namespaces: readonly Namespace[];
  readonly #cuts: (readonly string[])[] = [];

  private constructor(router: Namespace, hosts: readonly Namespace[], addresses: Addresses) {
    this.#router = router;
    this.#namespaces = hosts;
    this.hosts = hosts.map(({ enter }, index) => ({ enter, address: addresses.host(index) }));
  }

  static async open(count: number): Promise<HostNetwork> {
    const router = await hold();
    const hosts = await Promise.all(Array.from({ length: count }, hold));
    const addresses = new Addresses();
    const route = (...words: string[]): void => run(router.enter, ['ip', ...words]);
    const forward = 'echo 1 > /proc/sys/net/ipv4/ip_forward';
    run(router.enter, ['sh', '-c', forward]);
    const us = { pid: process.pid, enter: [] };
    for (const [index, { pid, enter }] of [us, ...hosts].entries()) {
      const [inner, outer] = [`gr${process.pid}`, `to${index}`];
      route('link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', String(pid));
      route('address', 'add', `${addresses.gateway(index)}/24`, 'dev', outer);
      route('link', 'set', outer, 'up');
      run(enter, ['ip', 'link', 'set', 'lo', 'up']);
      run(enter, ['ip', 'address', 'add', `${addresses.at(index)}/24`, 'dev', inner]);
      run(enter, ['ip', 'link', 'set', inner, 'up']);
      run(enter, ['ip', 'route', 'add', addresses.all, 'via', addresses.gateway(index)]);
    }
    return new HostNetwork(router, hosts, addresses);
  }

  /** Drops what goes between two hosts. */
  cut(one: PrivateBrokerHost, other: PrivateBrokerHost): void {
    this.#drop(['from', one.address, 'to', other.address]);
    this.#drop(['from', other.address, 'to', one.address]);
  }

  /** Drops what goes to a host or comes from it. */
  cutOff(host: PrivateBrokerHost): void {
    this.#drop(['from', host.address]);
    this.#drop(['to', host.address]);
  }

  /** Drops nothing any more. */
  mend(): void {
    for (const words of this.#cuts.splice(0)) this.#rule('delete', words);
  }

  /** Takes all away; what still runs on a host keeps that one. Idempotent. */
  async close(): Promise<void> {
    await Promise.all([this.#router, ...this.#namespaces].map((each) => each.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #drop(words: readonly string[]): void {
    this.#rule('add', words);
    this.#cuts.push(words);
  }

  #rule(verb: 'add' | 'delete', words: readonly string[]): void {
    run(this.#router.enter, ['ip', 'rule', verb, ...words, 'blackhole']);
  }
}

/** One small network for each host, and one for us; they differ between processes. */
class Addresses {
  readonly #second = 64 + (process.pid % 128);

  /** All of them. */
  get all(): string {
    return `10.${this.#second}.0.0/16`;
  }

  /** The router's in the network of that number. */
  gateway(index: number): string {
    return `10.${this.#second}.${index}.1`;
  }

  /** What is in the network of that number. */
  at(index: number): string {
    return `10.${this.#second}.${index}.2`;
  }

  /** The number-th host's; we are in the first network. */
  host(number: number): string {
    return this.at(number + 1);
  }
}

async function hold(): Promise<Namespace> {
  // In a process group of its own: a Ctrl-C in the terminal does not reach it.
  const holder = spawn('unshare', ['--net', 'sh', '-c', 'echo here && read -r _'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const gone = once(holder, 'exit');
  const [said] = await Promise.race([once(holder.stdout, 'data'), gone]);
  const { pid } = holder;
  if (String(said) !== 'here\n' || pid === undefined) throw new Error('no network namespace');
  return {
    pid,
    enter: ['nsenter', `--net=/proc/${pid}/ns/net`],
    close: async () => {
      holder.stdin.end();
      await gone;
    },
  };
}

function run(enter: readonly string[], words: readonly string[]): void {
  const [program = '', ...args] = [...enter, ...words];
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has network namespaces';
  if (process.getuid?.() !== 0) return 'only root may make network namespaces';
  try {
    const script = 'ip link add one type veth peer name two && ip rule add from 10.0.0.1 blackhole';
    execFileSync('unshare', ['--net', 'sh', '-c', script], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'no network namespaces with links and rules may be made here';
  }
}
