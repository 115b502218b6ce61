import { describe, expect, it } from 'vitest';
import { NotificationFilter, type NotificationFilterOptions } from '../../src/index.ts';

const notification = {
  context: { user: 'alice', roles: ['admin'] },
  publisherId: 'compute.host1',
  eventType: 'compute.instance.create.end',
  metadata: { messageId: 'f0211c26', timestamp: '2026-11-22 22:53:06.794170' },
  payload: { state: 'active', id: 12 },
};
const passes = (options: NotificationFilterOptions, changes: object = {}): boolean =>
  new NotificationFilter(options).match({ ...notification, ...changes });

describe('NotificationFilter', () => {
  it.each<[string, NotificationFilterOptions, boolean]>([
    ['lets everything pass that it says nothing of', {}, true],
    ['is anchored at the start', { eventType: 'instance' }, false],
    ['is not anchored at the end', { eventType: 'compute' }, true],
    ['takes an anchor at the end', { eventType: 'compute$' }, false],
    ['anchors every alternative', { eventType: 'nope|create' }, false],
    ['takes the second alternative', { eventType: 'nope|compute' }, true],
    ['looks at the publisher', { publisherId: 'compute\\.host\\d$' }, true],
    ['needs all of them', { publisherId: 'compute', eventType: 'volume' }, false],
    ['looks at what was sent along', { context: { user: 'al' } }, true],
    ['wants names to be there', { context: { tenant: '' } }, false],
    ['wants values to be text', { context: { roles: 'admin' } }, false],
    ['wants no numbers either', { payload: { id: '12' } }, false],
    ['looks at the payload', { payload: { state: 'active$' } }, true],
    ['looks at the metadata', { metadata: { timestamp: '2026-' } }, true],
    ['finds nothing that every object has', { payload: { toString: '' } }, false],
    ['takes a RegExp, with its flags', { eventType: /COMPUTE\.(?<what>\w+)/i }, true],
    ['takes a RegExp that is case-sensitive', { eventType: /COMPUTE/ }, false],
  ])('%s', (_what, options, wanted) => {
    expect(passes(options)).toBe(wanted);
  });

  it('lets nothing pass where there is no text', () => {
    expect(passes({ publisherId: '' }, { publisherId: null })).toBe(false);
    expect(passes({ payload: { state: '' } }, { payload: 'state' })).toBe(false);
    expect(passes({ payload: { state: '' } }, { payload: ['state'] })).toBe(false);
  });

  it('throws, as Python does, where a payload can have no names at all', () => {
    expect(() => passes({ payload: { state: '' } }, { payload: null })).toThrow(TypeError);
    expect(() => passes({ payload: { state: '' } }, { payload: 5 })).toThrow(/payload/);
    expect(passes({ eventType: 'compute' }, { payload: null })).toBe(true);
  });

  it.each([
    ['a lookahead', '(?=compute)'],
    ['a backreference', '(a)\\1'],
    ['what is no pattern', '('],
  ])('refuses %s, and says for what', (_what, eventType) => {
    expect(() => new NotificationFilter({ eventType })).toThrow(/pattern for eventType/);
    expect(() => new NotificationFilter({ payload: { state: eventType } })).toThrow(
      /pattern for payload\.state/,
    );
  });

  it.each([
    [{ event_type: 'a' }, "event_type: unknown option (did you mean 'eventType'?)"],
    [
      { metadata: { message_id: 'a' } },
      "metadata.message_id: unknown option (did you mean 'messageId'?)",
    ],
    [{ payload: 'active' }, 'payload: '],
    [{ eventType: 5 }, 'pattern for eventType'],
  ])('refuses %j, and says what is wrong', (options, complaint) => {
    expect(() => new NotificationFilter(options as never)).toThrow(complaint);
  });

  it('takes linear time for patterns that take other engines for ever', () => {
    const eventType = `${'a'.repeat(100_000)}!`;
    const begun = performance.now();
    expect(passes({ eventType: '(a+)+$' }, { eventType })).toBe(false);
    expect(passes({ eventType: '(a|aa)*$' }, { eventType })).toBe(false);
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});
