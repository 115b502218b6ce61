import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Context } from '../../../src/dispatcher/context.ts';
import type { HostInfo } from '../../../src/executors/loaded-service.ts';
import { SharedStage } from '../shared-stage.ts';

const memory = new AsyncLocalStorage<string>();

/** How a {@link Resident} lives. */
export interface ResidentOptions {
  readonly stage?: string;
  /** It notes what happens to it when it has one. */
  readonly name?: string;
  readonly start?: 'fail' | 'hold';
  readonly end?: 'fail' | 'hang';
}

/** Lives in its host: it starts, remembers, and is disposed of. */
export class Resident {
  static readonly target = { namespace: 'resident' };
  readonly #options: ResidentOptions;
  readonly #stage: SharedStage;
  #host: HostInfo | undefined;
  #count = 0;

  constructor(options: ResidentOptions = {}) {
    this.#options = options;
    this.#stage = new SharedStage(options.stage ?? '');
  }

  async onStart(host: HostInfo): Promise<void> {
    const { name, start } = this.#options;
    this.#host = host;
    if (name === undefined) return;
    this.#stage.note(`${name} starts`);
    await nextTurn();
    if (start === 'hold') await this.#stage.hold();
    if (start === 'fail') throw new Error('there is no room');
    this.#stage.note(`${name} started as ${host.executor} ${host.id}`);
    host.log.info({ name }, 'moved in');
    host.signal.addEventListener('abort', () => this.#stage.note(`${name} is to leave`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { name, end } = this.#options;
    if (name === undefined) return;
    this.#stage.note(`${name} leaves`);
    await nextTurn();
    if (end === 'fail') throw new Error('the door is stuck');
    if (end === 'hang') await new Promise(() => {});
    this.#stage.note(`${name} has left`);
  }

  /** Which host it is in, and how often it has been asked there. */
  async count(_ctx: Context, { isHeld = false }: { readonly isHeld?: boolean }): Promise<object> {
    this.#stage.enter();
    if (isHeld) await this.#stage.hold();
    this.#stage.leave();
    this.#count++;
    return { id: this.#host?.id, executor: this.#host?.executor, count: this.#count };
  }

  /** Gives what it finds remembered, and leaves something to be remembered. */
  async remember(_ctx: Context, { text }: { readonly text: string }): Promise<unknown> {
    const found = [memory.getStore() ?? null];
    memory.enterWith(text);
    this.#stage.enter();
    await this.#stage.hold();
    this.#stage.leave();
    found.push(memory.getStore() ?? null);
    return found;
  }

  /** What it finds in its memory after waiting in all kinds of ways. */
  async recall(_ctx: Context, { text }: { readonly text: string }): Promise<unknown> {
    return await memory.run(text, async () => {
      const found = [memory.getStore()];
      await Promise.resolve();
      found.push(memory.getStore());
      await nextTurn();
      found.push(memory.getStore());
      await new Promise<void>((resolve) => process.nextTick(resolve));
      found.push(memory.getStore());
      return found;
    });
  }
}
