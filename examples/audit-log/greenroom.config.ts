import type { RuntimeOptions } from 'greenroom';

/** For `greenroom serve`: no calls, notifications only. */
const options: RuntimeOptions = {
  transport: process.env['GREENROOM_TRANSPORT'] ?? 'rabbit://guest:guest@127.0.0.1:5672/',
  // It waits for the disk and computes nothing; one batch at a time keeps the lines of a priority in
  // their order.
  executor: 'async',
  async: { concurrency: 1 },
  notifications: {
    targets: { topic: process.env['AUDIT_TOPIC'] ?? 'notifications' },
    endpoints: {
      module: new URL('./endpoints/audit-log.ts', import.meta.url),
      options: { file: process.env['AUDIT_FILE'] ?? 'audit.jsonl' },
    },
    batch: { size: 100, timeoutMs: 500 },
    allowRequeue: true,
  },
};

export default options;
