import fc from 'fast-check';
import { sealMessage } from '../../src/wire/envelope.ts';
import { newId } from '../../src/wire/ids.ts';
import { encodeReply } from '../../src/wire/reply.ts';
import { encodeRequest } from '../../src/wire/request.ts';
import { packedValue } from '../wire/packed-values.ts';
import { seed } from './bodies.ts';

/** Samples of MessagePack bodies that were broken in some way, the same ones for the same seed. */
export function hostilePackedBodies(count: number): Buffer[] {
  return fc.sample(mutated(), { seed, numRuns: count });
}

/** Samples of calls that are well-formed, with anything in any place. */
export function oddRequests(count: number): Buffer[] {
  const usual = { method: 'echo', args: {}, _msg_id: 'm', _reply_q: 'reply_q' };
  const name = fc.constantFrom(
    'method',
    'args',
    'namespace',
    'version',
    '_msg_id',
    '_reply_q',
    '_timeout',
    '_unique_id',
    '_context_a',
  );
  const odd = fc
    .array(fc.tuple(name, packedValue), { minLength: 1, maxLength: 3 })
    .map((fields) => sealMessage({ ...usual, ...Object.fromEntries(fields) }, 'msgpack'));
  return fc.sample(odd, { seed, numRuns: count });
}

function message(): fc.Arbitrary<Buffer> {
  const request = packedValue.map((value) => {
    const call = { msgId: newId(), replyQueue: `reply_${newId()}` };
    const args = { value };
    return encodeRequest(
      { method: 'echo', args, context: { value }, uniqueId: newId(), call },
      'msgpack',
    );
  });
  const reply = packedValue.map(
    (result) => encodeReply({ msgId: newId(), result }, 'msgpack').body,
  );
  return fc.oneof(request, reply);
}

/** Heads of every kind, with the extensions of msgpackr; what follows is read as what they say. */
const heads = [
  '80',
  '8f',
  '90',
  '9f',
  'a0',
  'bf',
  'c0',
  'c1',
  'c4',
  'c6ffffffff',
  'c70c',
  'c9ffffffff',
  'cb',
  'cf',
  'd3',
  'd40000',
  'd44d00',
  'd45300',
  'd45400',
  'd45a00',
  'd4ff',
  'd47240',
  'd57240',
  'd46500',
  'd47300',
  'd47800',
  'd669',
  'd670',
  'd662',
  'd6ff',
  'd7ff',
  'd8',
  'd9ff',
  'dbffffffff',
  'dc0010',
  'ddffffffff',
  'dfffffffff',
  '81a95f5f70726f746f5f5f80',
  '7f40',
].map((text) => Buffer.from(text, 'hex'));

/** Up to three changes: bits flipped, bytes cut out, put in, repeated or replaced, heads put in. */
function mutated(): fc.Arbitrary<Buffer> {
  const change = fc.record({
    kind: fc.constantFrom('flip', 'cut', 'head', 'replace', 'repeat', 'end'),
    at: fc.nat(),
    length: fc.nat(40),
    head: fc.constantFrom(...heads),
  });
  return fc
    .tuple(message(), fc.array(change, { maxLength: 3 }))
    .map(([body, changes]) => changes.reduce(changed, body));
}

function changed(
  body: Buffer,
  change: {
    readonly kind: string;
    readonly at: number;
    readonly length: number;
    readonly head: Buffer;
  },
): Buffer {
  const { kind, length, head } = change;
  const at = change.at % (body.length + 1);
  const before = body.subarray(0, at);
  const after = body.subarray(at);
  switch (kind) {
    case 'flip': {
      const flipped = Buffer.from(body);
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << (length % 8));
      return flipped;
    }
    case 'cut':
      return Buffer.concat([before, after.subarray(length)]);
    case 'head':
      return Buffer.concat([before, head, after]);
    case 'replace':
      return Buffer.concat([before, head, after.subarray(head.length)]);
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, length), after]);
    default:
      return before;
  }
}
