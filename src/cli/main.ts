#!/usr/bin/env node
import { readEnvironment } from './environment.ts';
import { Output } from './output.ts';
import { runProgram } from './program.ts';

/** How long the process may take to end by itself when the command is done. */
const lingerMs = 1_000;

const environment = readEnvironment();
const { stdout, stderr } = process;
const output = new Output({ stdout, stderr, isInteractive: environment.isInteractive });
const exitCode = await runProgram(process.argv.slice(2), environment, output);
// The runtime sets one itself when a signal made it abandon work.
if (exitCode !== 0) process.exitCode = exitCode;
// An endpoint's timer or socket must not keep a server that has stopped.
setTimeout(() => process.exit(), lingerMs).unref();
