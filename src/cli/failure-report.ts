import { inspect } from 'node:util';
import { RemoteError } from '../index.ts';
import { formatJsonText } from './json-text.ts';
import { maskPasswords, type Output, presentable, presentableLine } from './output.ts';

/** How a failure is told; every command has these options. */
export interface ReportOptions {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Tells what went wrong: a line on stderr, or with `--json` a line of JSON on stdout. */
export function reportFailure(error: unknown, options: ReportOptions, output: Output): void {
  if (options.json) output.result(formatJsonText({ error: errorFields(error) }));
  else output.notice(`greenroom: ${presentableLine(shortText(error))}`);
  if (options.verbose) output.notice(presentable(longText(error)));
}

/** An error in the form that `--json` prints it. */
export function errorFields(error: unknown): object {
  if (!(error instanceof RemoteError)) {
    return { code: codeOf(error), message: maskPasswords(messageOf(error)) };
  }
  return {
    code: error.code,
    message: error.message,
    remote: {
      class: error.remoteClass,
      module: error.remoteModule,
      message: error.remoteMessage,
      args: error.remoteArgs,
      kwargs: error.remoteKwargs,
      traceback: error.remoteTraceback,
    },
  };
}

function shortText(error: unknown): string {
  if (error instanceof RemoteError) return `${error.remoteClass}: ${error.remoteMessage}`;
  return messageOf(error);
}

/** Where it happened: there if it was the method, else here, with all causes. */
function longText(error: unknown): string {
  if (error instanceof RemoteError) {
    return error.remoteTraceback.join('').trimEnd() || 'the server sent no traceback';
  }
  return inspect(error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'ERR_UNEXPECTED';
}
