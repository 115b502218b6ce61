import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecutorName, RuntimeOptions } from 'greenroom';
import { onTestFinished } from 'vitest';
import { useCompiled } from '../hosts/compiled.ts';
import { Peer, type PeerEnd, type PeerLine } from '../support/peer.ts';

/** What a test says of a server that runs in a process of its own. */
export interface ServerProcessOptions {
  readonly url: string;
  readonly topic: string;
  /** Its name as a server, and what it says did the work. */
  readonly name: string;
  /** Where it notes what it executes. */
  readonly notes: Notes;
  /** How long each `work` takes. @default 0 */
  readonly workMs?: number;
  /** @default 'async' */
  readonly executor?: ExecutorName;
  readonly rpc?: Partial<Omit<RuntimeOptions['rpc'], 'target' | 'endpoints'>>;
  readonly runtime?: Partial<Omit<RuntimeOptions, 'rpc' | 'transport' | 'log'>>;
}

/** What the servers of a test have executed, in the order in which they began. */
export class Notes {
  readonly file: string;

  constructor() {
    const folder = mkdtempSync(path.join(tmpdir(), 'greenroom-notes-'));
    this.file = path.join(folder, 'notes');
    writeFileSync(this.file, '');
    onTestFinished(() => rmSync(folder, { recursive: true }));
  }

  /** The ids, each with the name of the server. */
  read(): readonly (readonly [id: string, server: string])[] {
    const lines = readFileSync(this.file, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => line.split(' ') as [string, string]);
  }
}

/** Serves `Witness` in a process that may be killed. */
export class ServerProcess {
  readonly #peer: Peer;

  private constructor(peer: Peer) {
    this.#peer = peer;
  }

  static async start(
    compiled: (file: string) => URL,
    options: ServerProcessOptions,
  ): Promise<ServerProcess> {
    const { url, topic, name, notes, workMs = 0, executor = 'async' } = options;
    const runtime: RuntimeOptions = {
      transport: url,
      ...options.runtime,
      rpc: {
        ...options.rpc,
        target: { topic, server: name },
        endpoints: {
          module: compiled('../faults/endpoints/witness.ts').href,
          options: { file: notes.file, name, workMs },
        },
      },
    };
    const program = fileURLToPath(compiled('server-program.ts'));
    const settings = JSON.stringify({ executor, runtime });
    return new ServerProcess(await Peer.start(process.execPath, [program, settings]));
  }

  get ended(): Promise<PeerEnd> {
    return this.#peer.ended;
  }

  /** The lines of its log that have this in their message. */
  logged(message: RegExp): readonly PeerLine[] {
    return this.#peer.lines((line) => message.test(String(line['message'])));
  }

  /** What it has printed that is no log. */
  get stderr(): string {
    return this.#peer.stderr;
  }

  /** Sends a signal, and resolves with how it ended. */
  async end(signal: NodeJS.Signals): Promise<PeerEnd> {
    if (this.#peer.pid !== undefined) process.kill(this.#peer.pid, signal);
    return await this.#peer.ended;
  }

  stop(): Promise<void> {
    return this.#peer.stop();
  }
}

/** Compiles what servers need, for all tests of a file; returns what starts one for a test. */
export function useServerProcesses(): (options: ServerProcessOptions) => Promise<ServerProcess> {
  const compiled = useCompiled();
  return async (options) => {
    const server = await ServerProcess.start(compiled, options);
    onTestFinished(() => server.stop());
    return server;
  };
}
