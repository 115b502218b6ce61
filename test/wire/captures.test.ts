import { describe, expect, test } from 'vitest';
import { formatOf } from '../../src/wire/body-format.ts';
import { openEnvelope } from '../../src/wire/envelope.ts';
import { decodeFailure, encodeFailure } from '../../src/wire/failure.ts';
import { uniqueIdIn } from '../../src/wire/ids.ts';
import { decodeReply, encodeFailureReply, encodeReply } from '../../src/wire/reply.ts';
import { decodeRequest, encodeRequest } from '../../src/wire/request.ts';
import { captures } from './captures.ts';

const requests = captures('request-', 'old-request-');
const replies = captures('reply-', 'old-reply-');

/** The keys in their order: objects that are equal may still differ in it. */
const written = (message: unknown): string => JSON.stringify(message);
/** Before 5.0 a call had no `_timeout`, and the keys came in another order. */
const isOld = (file: string): boolean => file.startsWith('old-');

test('the captures are there, none left out', () => {
  expect(requests.length).toBe(28);
  expect(replies.length).toBe(42);
  expect(requests.filter(({ compression }) => compression !== undefined).length).toBe(2);
});

describe('captured requests', () => {
  test.each(requests)('$file is decoded to the fields of its message', (capture) => {
    const { body, compression, message } = capture;
    const request = decodeRequest(body, { compression });
    const { method, args, namespace, version, _msg_id: msgId, ...rest } = message;
    expect(request).toMatchObject({ method, args, uniqueId: rest['_unique_id'] });
    expect([request.namespace, request.version]).toEqual([namespace, version]);
    expect(request.call).toEqual(
      msgId === undefined
        ? undefined
        : { msgId, replyQueue: rest['_reply_q'], monitorTimeout: rest['_timeout'] },
    );
    const sent = Object.entries(rest).filter(([key]) => key.startsWith('_context_'));
    expect(Object.entries(request.context)).toEqual(
      sent.map(([key, value]) => [key.replace('_context_', ''), value]),
    );
    expect(Object.getPrototypeOf(request.context)).toBeNull();
  });

  test.each(requests)('$file is encoded again to the same message', (capture) => {
    const { file, body, compression, message } = capture;
    const again = openEnvelope(encodeRequest(decodeRequest(body, { compression })));
    if (!isOld(file)) expect(written(again)).toBe(written(message));
    else expect(again).toEqual({ _timeout: null, ...message });
  });
});

describe('captured replies', () => {
  test.each(replies)(
    '$file is decoded to the fields of its message',
    ({ body, message, failure }) => {
      expect(decodeReply(body)).toEqual({
        msgId: message['_msg_id'],
        ending: message['ending'] === true,
        result: message['result'],
        failure: failure ?? undefined,
      });
    },
  );

  const ended = replies.filter(({ message }) => message['ending'] === true);
  test.each(ended)('$file is encoded again to the same message', ({ file, body, message }) => {
    const { msgId, result, failure } = decodeReply(body);
    const { body: encoded, uniqueId } =
      failure === undefined
        ? encodeReply({ msgId, result })
        : encodeFailureReply({ msgId, failure });
    const again = openEnvelope(encoded);
    expect(again['_unique_id']).toBe(uniqueId);
    const renamed: Record<string, unknown> = { ...again, _unique_id: message['_unique_id'] };
    // Python has a blank after each comma and colon; the failure is a text, so that shows.
    if (failure !== undefined) {
      renamed['failure'] = message['failure'];
      expect(JSON.parse(String(again['failure']))).toEqual(JSON.parse(String(message['failure'])));
    }
    if (!isOld(file)) expect(written(renamed)).toBe(written(message));
    else expect(renamed).toEqual(message);
  });

  const failed = replies.filter(({ failure }) => failure !== undefined);
  test.each(failed)('$file has a failure that survives both ways', ({ failure }) => {
    const decoded = decodeFailure(JSON.stringify(failure));
    expect(decoded).toEqual(failure);
    expect(JSON.parse(encodeFailure(decoded))).toEqual(failure);
  });
});

const plain = [...requests, ...replies].filter(({ compression }) => compression === undefined);
test.each(plain)('the id of $file is found in its bytes', ({ body, message }) => {
  expect(uniqueIdIn(body)).toBe(message['_unique_id']);
});

test.each([...requests, ...replies])('the content type of $file is taken', ({ properties }) => {
  expect(formatOf(properties.content_type)).toBe('json');
});
