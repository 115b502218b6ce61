import type { Context } from '../../src/dispatcher/context.ts';

/** Answers what the captured messages ask for; whatever it is sent, it does nothing else with it. */
export class Harmless {
  static readonly target = { version: '1.9' };

  echo(_ctx: Context, args: Readonly<Record<string, unknown>>): unknown {
    return { ...args };
  }

  note(): void {}

  async slow(_ctx: Context, args: Readonly<Record<string, unknown>>): Promise<unknown> {
    return Object.keys(args);
  }

  whoami(ctx: Context): unknown {
    return ctx.values;
  }
}

/** The interface that the captured messages with a namespace ask for. */
export class HarmlessControl {
  static readonly target = { namespace: 'control', version: '2.9' };

  ping(_ctx: Context, { n }: { readonly n?: unknown }): unknown {
    return n;
  }
}
