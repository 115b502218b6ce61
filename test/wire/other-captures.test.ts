import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from '../../src/wire/python-json.ts';
import { decodeReply, encodeReply } from '../../src/wire/reply.ts';
import { sealEnvelope } from './sealed-envelope.ts';

const folder = new URL('../fixtures/', import.meta.url);
const files = (prefix: string): string[] =>
  readdirSync(folder).filter((file) => file.startsWith(prefix));
const read = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));

/** The values that a Python server was asked for, as they stood in its replies. */
const values = files('value-encoding').flatMap((file) => {
  const entries = Object.entries<{ replyInnerPrefix: string | null }>(read(file).values);
  return entries.flatMap(([name, { replyInnerPrefix }]) =>
    // Without a reply there was nothing to capture: Python could not encode the value.
    replyInnerPrefix === null ? [] : [{ file, name, prefix: replyInnerPrefix }],
  );
});

describe('captured values', () => {
  it.each(values)('$name of $file is read, and written again as the same', ({ prefix }) => {
    const inner = `${prefix.replace(/, $/, '')}, "_msg_id": "m", "_unique_id": "u"}`;
    const { result } = decodeReply(sealEnvelope(inner));
    const again = decodeReply(encodeReply({ msgId: 'm', result }).body).result;
    expect(again).toEqual(result);
    // One number type: what Python writes as 3.0 is sent as 3, and nothing else is different.
    const [, text = ''] = /^\{"result": (.*), "failure": null/.exec(prefix) ?? [];
    expect(parseJson(stringifyJson(result))).toEqual(parseJson(text));
  });
});
