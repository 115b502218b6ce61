// The programs of a tree as the machine sees them: scripts that go into the tree and become them.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from '../prepare.mjs';
import { enterScript } from './debian.mjs';

// Not those of /usr/sbin, which are wrappers that change the user.
const broker = '/usr/lib/rabbitmq/bin';

const programs = {
  python3: '/usr/bin/python3',
  epmd: '/usr/bin/epmd',
  // Beside each other: whoever has found the one looks there for the other.
  'rabbitmq-server': `${broker}/rabbitmq-server`,
  rabbitmqctl: `${broker}/rabbitmqctl`,
};

/**
 * @typedef {object} Tools
 * @property {string} folder
 * @property {string} python
 * @property {string} rabbitmqServer
 */

/**
 * Writes the scripts for a tree.
 *
 * @param {string} tree
 * @param {string} folder Where they go.
 * @param {string[]} shared The machine's folders that these programs have to see, too.
 * @returns {Tools}
 */
export function writeTools(tree, folder, shared) {
  mkdirSync(folder, { recursive: true });
  const enter = ['/bin/sh', enterScript, tree, shared.join(':')].map(quoted).join(' ');
  for (const [name, program] of Object.entries(programs)) {
    if (!existsSync(path.join(tree, program))) throw new SetupError(`no ${program} in ${tree}`);
    const script = `#!/bin/sh\nexec ${enter} ${program} "$@"\n`;
    writeFileSync(path.join(folder, name), script, { mode: 0o755 });
  }
  return {
    folder,
    python: path.join(folder, 'python3'),
    rabbitmqServer: path.join(folder, 'rabbitmq-server'),
  };
}

/**
 * The version of oslo.messaging, as Python knows it.
 *
 * @param {Tools} tools
 * @returns {string}
 */
export function osloVersion({ python }) {
  const look = 'from importlib.metadata import version; print(version("oslo.messaging"))';
  return execFileSync(python, ['-c', look], { encoding: 'utf8' }).trim();
}

/** @param {string} text */
function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
