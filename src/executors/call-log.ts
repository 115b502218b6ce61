import { type Log, shownValue } from '../log.ts';
import type { Begun } from './executor.ts';
import { WrittenLog } from './written-log.ts';

/** What a line of the log says of the call that wrote it. */
export function aboutCall(begun: Begun | undefined): object {
  if (begun === undefined) return {};
  const { method, replyTo } = begun;
  return { method, ...(replyTo !== undefined && { msgId: shownValue(replyTo.msgId) }) };
}

/** The log of one call, whose lines say which. */
export function callLog(log: Log, begun: () => Begun | undefined): Log {
  return new WrittenLog((level, fields, message) => {
    log[level]({ ...fields, ...aboutCall(begun()) }, message);
  });
}
