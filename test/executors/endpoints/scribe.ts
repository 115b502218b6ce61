import type { Context } from '../../../src/dispatcher/context.ts';
import type { LogLevel } from '../../../src/executors/written-log.ts';
import { SharedStage } from '../shared-stage.ts';

/** Writes to logs. */
export class Scribe {
  static readonly target = { namespace: 'scribe' };
  readonly #stage: SharedStage;

  constructor({ stage = '' }: { readonly stage?: string } = {}) {
    this.#stage = new SharedStage(stage);
  }

  /** Writes a line at each level to the call's log, and if it is to print, to the console by turns. */
  async write(
    ctx: Context,
    { text, prints = false }: { readonly text: string; readonly prints?: boolean },
  ): Promise<void> {
    for (const level of ['debug', 'info', 'warn', 'error'] satisfies LogLevel[]) {
      ctx.log[level]({ to: 'log' }, `${text} ${level}`);
      if (prints) console[level]('%s %s on the console', text, level);
      await Promise.resolve();
    }
  }

  /** Prints what the console has no level for. */
  print(_ctx: Context, { text }: { readonly text: string }): void {
    console.log(text, { nested: { list: [1, 2] } });
    console.dir({ text });
    console.table([{ text }]);
    console.assert(false, text);
  }

  /** Writes lines whose fields nothing but the thread that made them can have. */
  unclonable({ log }: Context, { text }: { readonly text: string }): void {
    log.info({ text, callback: () => text }, 'a function');
    const failing = {
      get text(): string {
        throw new Error('do not look');
      },
    };
    log.info(failing, 'a getter that throws');
    log.info({ error: new RangeError(text) }, 'an error');
    log.info({ text: 'x'.repeat(20_000) }, 'y'.repeat(20_000));
  }

  /** Writes so many lines, and then computes until it is killed. */
  writeAndSpin({ log }: Context, { lines }: { readonly lines: number }): never {
    this.#stage.enter();
    for (let i = 0; i < lines; i++) log.info({ i }, 'written');
    this.#stage.note('all written');
    for (;;) Math.sqrt(2);
  }

  /** Writes for as long as it lives. */
  writeForEver({ log }: Context): never {
    this.#stage.enter();
    for (let i = 0; ; i++) {
      if (i % 1_000_000 === 0) log.info({ i }, 'written');
    }
  }

  writeAndExit({ log }: Context, { lines }: { readonly lines: number }): never {
    for (let i = 0; i < lines; i++) log.info({ i }, 'written');
    process.exit(7);
  }
}
