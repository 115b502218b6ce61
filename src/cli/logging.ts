import { Option } from 'commander';
import { pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { Log } from '../index.ts';
import { type Output, presentable } from './output.ts';

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** How much is logged, from everything to nothing. */
export type LogLevel = (typeof logLevels)[number];

/** The `--log-level` of every command. */
export function logLevelOption(byDefault: LogLevel): Option {
  return new Option('--log-level <level>', 'how much to log, on stderr')
    .choices(logLevels)
    .default(byDefault);
}

/** Makes a log on stderr: lines for people on a terminal, JSON lines elsewhere. */
export function makeLog(level: LogLevel, output: Output): Log {
  const render = output.isTerminal ? prettyLine(output.hasColors) : (line: string) => line;
  // Written at once, in this thread: nothing is lost when the process ends.
  return pino(
    { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line) => output.notice(render(line).trimEnd()) },
  );
}

function prettyLine(colorize: boolean): (line: string) => string {
  const render = prettyFactory({
    colorize,
    ignore: 'pid',
    errorLikeObjectKeys: [],
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return (line) => {
    const { stack, ...fields } = JSON.parse(line) as { readonly stack?: unknown };
    const text = render(fields).trimEnd();
    return typeof stack === 'string' ? `${text}\n${presentable(stack)}` : text;
  };
}
