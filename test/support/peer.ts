import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Variables that a peer gets besides ours. */
type Environment = Readonly<Record<string, string>>;

/** One line of a peer's output. */
export type PeerLine = Readonly<Record<string, unknown>>;

/** How a peer's process ended. */
export interface PeerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * A process that prints JSON lines, is told what to do by lines, and ends when its stdin does, so that
 * none is left when a test run is interrupted.
 */
export class Peer {
  readonly #child: ChildProcess;
  readonly #lines: PeerLine[] = [];
  readonly #wanted = new Set<() => void>();
  readonly #ended: Promise<PeerEnd>;
  #hasEnded = false;
  #stderr = '';

  private constructor(program: string, args: readonly string[], env: Environment) {
    this.#child = spawn(program, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
    this.#ended = this.#read();
  }

  /**
   * Starts a program and waits for its `{"event": "ready"}`.
   *
   * @throws when it ends before that; the message has the end of its stderr.
   */
  static async start(
    program: string,
    args: readonly string[],
    env: Environment = {},
  ): Promise<Peer> {
    const peer = new Peer(program, args, env);
    try {
      await peer.line((line) => line['event'] === 'ready');
    } catch (error) {
      peer.kill();
      throw error;
    }
    return peer;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves when it has ended and all that it printed has been read. */
  get ended(): Promise<PeerEnd> {
    return this.#ended;
  }

  /** What it has printed to stderr so far: its log. */
  get stderr(): string {
    return this.#stderr;
  }

  /** All lines so far that `isWanted` takes. */
  lines(isWanted: (line: PeerLine) => boolean): readonly PeerLine[] {
    return this.#lines.filter(isWanted);
  }

  /**
   * The first line, printed already or still to come, that `isWanted` takes.
   *
   * @throws when the peer ends without printing it, or after `timeoutMs`.
   */
  async line(isWanted: (line: PeerLine) => boolean, timeoutMs = 30_000): Promise<PeerLine> {
    const [line] = await this.atLeast(1, isWanted, timeoutMs);
    return line ?? {};
  }

  /** The lines that `isWanted` takes, once there are `count` of them. */
  atLeast(
    count: number,
    isWanted: (line: PeerLine) => boolean,
    timeoutMs = 30_000,
  ): Promise<readonly PeerLine[]> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.lines(isWanted);
        if (found.length < count && !this.#hasEnded) return;
        settle();
        if (found.length >= count) resolve(found);
        else reject(this.#failure('ended'));
      };
      const timer = setTimeout(() => {
        settle();
        reject(this.#failure(`did not answer within ${timeoutMs} ms`));
      }, timeoutMs);
      const settle = (): void => {
        clearTimeout(timer);
        this.#wanted.delete(look);
      };
      this.#wanted.add(look);
      look();
    });
  }

  /** Tells the peer something on its stdin. */
  write(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Ends its stdin and waits until it has ended; one that does not is killed by its pid. */
  async stop(timeoutMs = 15_000): Promise<void> {
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.kill(), timeoutMs);
    await this.#ended;
    clearTimeout(timer);
  }

  /** Ends it as a crash would. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async #read(): Promise<PeerEnd> {
    const { stdin, stdout, stderr } = this.#child;
    // The peer ended before it read all; what it was told is lost, as for any process that dies.
    stdin?.on('error', () => undefined);
    stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr += chunk;
    });
    if (stdout) createInterface({ input: stdout }).on('line', (line) => this.#take(line));
    // `close` comes after the last line; a failed spawn emits `error` instead, then `close` too.
    this.#child.on('error', (error) => {
      this.#stderr += String(error);
    });
    const end = await new Promise<PeerEnd>((resolve) => {
      this.#child.once('close', (code, signal) => resolve({ code, signal }));
    });
    this.#hasEnded = true;
    for (const look of this.#wanted) look();
    return end;
  }

  #take(line: string): void {
    try {
      this.#lines.push(JSON.parse(line) as PeerLine);
    } catch {
      // Not one of our lines: a library printed it. It belongs with the log.
      this.#stderr += `${line}\n`;
    }
    for (const look of this.#wanted) look();
  }

  #failure(what: string): Error {
    const log = this.#stderr.trimEnd().split('\n').slice(-15).join('\n');
    return new Error(`the peer ${what}; the end of its log:\n${log}`);
  }
}
