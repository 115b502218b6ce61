import { isRecord } from '../wire/record.ts';
import { maskSecrets } from './mask-secrets.ts';

/** A line of pino's, parsed. */
export type PinoRecord = Readonly<Record<string, unknown>>;

/** A log record as oslo.messaging's `LoggingNotificationHandler` sends it. */
export interface LogRecordPayload {
  readonly name: string;
  /** Python's number: 10, 20, 30, 40 or 50. */
  readonly levelno: number;
  readonly levelname: string;
  /** The error's type, text and stack. */
  readonly exc_info: readonly unknown[] | null;
  readonly pathname: null;
  readonly lineno: null;
  readonly msg: string;
  readonly funcName: null;
  readonly thread: null;
  readonly processName: null;
  readonly process: unknown;
  /** Whatever else was logged, but for secrets. */
  readonly extra: unknown;
}

interface Level {
  /** From this number on, in pino. */
  readonly from: number;
  readonly method: 'debug' | 'info' | 'warn' | 'error' | 'critical';
  readonly levelname: string;
  readonly levelno: number;
}

const debug: Level = { from: 0, method: 'debug', levelname: 'DEBUG', levelno: 10 };
const info: Level = { from: 30, method: 'info', levelname: 'INFO', levelno: 20 };

/** From the highest down. */
const levels: readonly Level[] = [
  { from: 60, method: 'critical', levelname: 'CRITICAL', levelno: 50 },
  { from: 50, method: 'error', levelname: 'ERROR', levelno: 40 },
  { from: 40, method: 'warn', levelname: 'WARNING', levelno: 30 },
  info,
  debug,
];

/** What a record is notified as: the notifier's method, and the payload. */
export function logRecord(record: PinoRecord): {
  readonly method: Level['method'];
  readonly payload: LogRecordPayload;
} {
  const { level, time: _time, pid = null, name, msg, err, ...extra } = record;
  const { method, levelname, levelno } = levelOf(level);
  const payload = {
    name: typeof name === 'string' ? name : 'root',
    levelno,
    levelname,
    exc_info: isRecord(err)
      ? [err['type'] ?? null, err['message'] ?? null, err['stack'] ?? null]
      : null,
    pathname: null,
    lineno: null,
    msg: typeof msg === 'string' ? msg : '',
    funcName: null,
    thread: null,
    processName: null,
    process: pid,
    extra: maskSecrets(extra),
  };
  return { method, payload };
}

/** Also of levels that an application has added in between, and of labels in the place of numbers. */
function levelOf(level: unknown): Level {
  if (typeof level === 'number') return levels.find(({ from }) => level >= from) ?? debug;
  const label = level === 'fatal' ? 'critical' : level === 'trace' ? 'debug' : level;
  return levels.find(({ method }) => method === label) ?? info;
}
