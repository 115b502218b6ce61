// When the runner is killed, Vitest's workers go on for as long as a test has something open. Their
// end closes the stdin of the processes that tests start, which then end too.
process.once('disconnect', () => process.exit(1));
