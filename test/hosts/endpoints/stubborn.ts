import { execSync } from 'node:child_process';
import { pbkdf2Sync } from 'node:crypto';
import type { Context } from '../../../src/index.ts';

/** Goes inside one native call that outlasts any patience, and says so first. */
export class Stubborn {
  static readonly target = {};

  hash(ctx: Context): void {
    ctx.log.info({}, 'inside');
    pbkdf2Sync('password', 'salt', 2 ** 31 - 1, 64, 'sha512');
  }

  /** Until this process ends, and `tail` with it. */
  exec(ctx: Context): void {
    ctx.log.info({}, 'inside');
    execSync('exec tail --pid=$PPID -f /dev/null', { stdio: 'ignore' });
  }
}
