/**
 * What Piscina requires in each of its threads. An ES module it must not be: Node aborts the whole
 * process when a thread is terminated while `require()` links one, which a stop may do at any moment.
 * `import()` is safe from that.
 */
exports.runHost = import('./thread-main.ts').then(({ runHost }) => runHost);
