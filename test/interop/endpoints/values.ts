import type { Context } from 'greenroom';
import { shown, values } from '../difficult-values.ts';

export class Values {
  static target = { version: '1.0' };

  echo(_ctx: Context, { value }: { value: unknown }): unknown {
    return value;
  }

  /** One of {@link values}. */
  give(_ctx: Context, { name }: { name: string }): unknown {
    return values[name]?.[0];
  }

  /** What was read. */
  read(_ctx: Context, { value }: { value: unknown }): string {
    return shown(value);
  }
}
