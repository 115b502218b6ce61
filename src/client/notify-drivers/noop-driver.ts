import type { NotifyDriver } from './notify-driver.ts';

/** Sends nothing anywhere. */
export class NoopDriver implements NotifyDriver {
  async notify(): Promise<void> {}
}
