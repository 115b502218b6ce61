import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

export default defineConfig({
  resolve: { alias: { greenroom: here('./src/index.ts') } },
  test: {
    include: ['test/**/*.test.ts'],
    // Starts nothing by itself: a broker is started when the first test asks for one.
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/end-with-runner.ts'],
    pool: 'forks',
    // Inherited by the worker threads that tests start, so that these can load TypeScript too.
    execArgv: ['--import', new URL('./scripts/register-ts.mjs', import.meta.url).href],
    // Tests start threads, brokers and Python of their own; more files at once than this would
    // make them wait for each other, not end sooner.
    maxWorkers: Math.max(1, Math.min(4, availableParallelism())),
    // Waits end when their condition holds; these bounds are there to tell a hang, on a busy machine too.
    expect: { requireAssertions: true, poll: { timeout: 30_000 } },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    retry: 0,
  },
});
