import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RemoteError, type RPCClient } from 'greenroom';
import { onTestFinished } from 'vitest';
import type { Tinder } from './endpoints/tinder.ts';
import { monotonicMs } from './monotonic-time.ts';

/** What kills the hosts of {@link Tinder} while it burns. */
export class Fire {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'greenroom-fire-'));

  private constructor() {
    onTestFinished(() => rmSync(this.#folder, { recursive: true }));
  }

  static light(): Fire {
    const fire = new Fire();
    writeFileSync(fire.options.fire, '');
    writeFileSync(fire.options.diary, '');
    return fire;
  }

  /** For the endpoint's constructor. */
  get options(): { readonly fire: string; readonly diary: string } {
    return { fire: path.join(this.#folder, 'fire'), diary: path.join(this.#folder, 'diary') };
  }

  /** When hosts were ready, the first ones included; on the clock of `monotonicMs()`. */
  get hostsReadyAt(): readonly number[] {
    const lines = readFileSync(this.options.diary, 'latin1').trim().split('\n');
    return lines.map(Number).sort((a, b) => a - b);
  }

  /** @returns When that was. */
  putOut(): number {
    rmSync(this.options.fire);
    return monotonicMs();
  }

  /** Calls what kills its host again and again, until a call gets through; with how often it did not. */
  async feed(client: RPCClient<Tinder>): Promise<number> {
    for (let deaths = 0; ; deaths++) {
      try {
        await client.call({}, 'dare', { value: deaths });
        return deaths;
      } catch (error) {
        // Anything else would come again at once, and nothing else would ever get its turn.
        if (!(error instanceof RemoteError)) throw error;
      }
    }
  }
}
