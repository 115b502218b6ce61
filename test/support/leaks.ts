import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** How a script that ended by itself did so. */
export interface ScriptEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a script is given. */
export interface ScriptOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** How long it may take in all; what is still there then is a leak. */
  readonly timeoutMs?: number;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const registerTs = new URL('../../scripts/register-ts.mjs', import.meta.url).href;

/** Run before the script: lets us ask a script that does not end what keeps it alive. */
const tell = `process.on('SIGUSR2', () => {
  process.stderr.write('kept alive by: ' + process.getActiveResourcesInfo().join(', ') + '\\n');
  process.exit(1);
});`;

/**
 * Runs a Node script in a process of its own and waits until it ends by itself, which it does only
 * when no timer, socket or thread is left.
 *
 * @param script - A file (JavaScript or TypeScript), or the text of an ES module that may import
 *   `greenroom` and, relative to the project's folder, whatever it needs.
 * @throws when it is still there after `timeoutMs`; the message says what keeps it alive.
 */
export async function endsByItself(
  script: URL | string,
  { args = [], env = {}, timeoutMs = 20_000 }: ScriptOptions = {},
): Promise<ScriptEnd> {
  const preloads = ['--import', registerTs, '--import', `data:text/javascript,${encodeURI(tell)}`];
  const program =
    script instanceof URL
      ? [fileURLToPath(script), ...args]
      : ['--input-type=module', '--eval', script, '--', ...args];
  const child = spawn(process.execPath, [...preloads, ...program], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let isLate = false;
  const timers = [
    setTimeout(() => {
      isLate = true;
      child.kill('SIGUSR2');
    }, timeoutMs),
    // A script whose event loop is blocked can't answer the question.
    setTimeout(() => child.kill('SIGKILL'), timeoutMs + 2_000),
  ];
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  for (const timer of timers) clearTimeout(timer);
  if (isLate) {
    throw new Error(`the script had not ended after ${timeoutMs} ms:\n${stdout}${stderr}`);
  }
  return { code, signal, stdout, stderr };
}
