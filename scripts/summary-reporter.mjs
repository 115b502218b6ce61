// What became of every test, for scripts/test.mjs to sum up. Vitest's own JSON leaves out the
// reasons of skipped tests and the errors that happened outside any test.
import { writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * @typedef {object} Summary
 * @property {number} passed
 * @property {string[]} failures Failed tests, and whatever else failed: a file that could not be
 *   loaded, a hook, an error that no test caught.
 * @property {{ test: string, reason: string }[]} skipped
 * @property {number} unselected Tests whose name the user did not ask for (`-t`).
 */

/** Suites that can't run where something is missing have the reason in their name. */
const reasonInName = / \(skipped: (.*?)\)(?= >|$)/;

// biome-ignore lint/style/noDefaultExport: this is how Vitest takes a reporter from a file
export default class SummaryReporter {
  /** @type {import('vitest/node').Vitest | undefined} */
  #vitest;

  onInit(/** @type {import('vitest/node').Vitest} */ vitest) {
    this.#vitest = vitest;
  }

  /**
   * @param {ReadonlyArray<import('vitest/node').TestModule>} modules
   * @param {ReadonlyArray<unknown>} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    /** @type {Summary} */
    const summary = { passed: 0, failures: [], skipped: [], unselected: 0 };
    for (const module of modules) this.#addModule(summary, module);
    for (const error of unhandledErrors) {
      summary.failures.push(`an error outside any test: ${messageOf(error)}`);
    }
    const file = process.env['GREENROOM_TEST_SUMMARY'];
    if (file) writeFileSync(file, JSON.stringify(summary));
  }

  /**
   * @param {Summary} summary
   * @param {import('vitest/node').TestModule} module
   */
  #addModule(summary, module) {
    const file = path.relative(this.#vitest?.config.root ?? '', module.moduleId);
    if (module.errors().length > 0) summary.failures.push(`${file} (the file itself)`);
    for (const suite of module.children.allSuites()) {
      if (suite.errors().length > 0)
        summary.failures.push(`${file} > ${suite.fullName} (its hooks)`);
    }
    for (const test of module.children.allTests()) this.#addTest(summary, file, test);
  }

  /**
   * @param {Summary} summary
   * @param {string} file
   * @param {import('vitest/node').TestCase} test
   */
  #addTest(summary, file, test) {
    const result = test.result();
    const name = `${file} > ${test.fullName}`;
    if (result.state === 'passed') {
      summary.passed += 1;
      return;
    }
    if (result.state === 'failed') {
      summary.failures.push(name);
      return;
    }
    const pattern = this.#vitest?.config.testNamePattern;
    if (pattern && !pattern.test(test.fullName)) {
      summary.unselected += 1;
      return;
    }
    const note = result.state === 'skipped' ? result.note : 'it never ended';
    const reason = note ?? reasonOf(test);
    summary.skipped.push({ test: name.replace(reasonInName, ''), reason });
  }
}

/**
 * @param {import('vitest/node').TestCase} test
 */
function reasonOf(test) {
  for (let task = test.parent; task; task = task.type === 'suite' ? task.parent : undefined) {
    if (task.errors().length > 0) return 'its suite failed';
  }
  if (test.options.mode === 'todo') return 'still to be written';
  return reasonInName.exec(test.fullName)?.[1] ?? 'no reason given';
}

/** @param {unknown} error */
function messageOf(error) {
  return String(/** @type {{ message?: unknown }} */ (error)?.message ?? error).split('\n', 1)[0];
}
