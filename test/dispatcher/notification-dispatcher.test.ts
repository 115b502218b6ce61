import { describe, expect, it } from 'vitest';
import {
  NotificationDispatcher,
  type NotificationDispatcherOptions,
} from '../../src/dispatcher/notification-dispatcher.ts';
import {
  type NotificationContext,
  NotificationFilter,
  NotificationResult,
  type ReceivedNotification,
} from '../../src/index.ts';
import type { Notification } from '../../src/wire/notification.ts';
import { keepingLog, type LogLine } from '../runtime/theatre.ts';

const running = { reason: undefined, signal: new AbortController().signal };
const cancelled = { reason: 'draining', signal: AbortSignal.abort() } as const;

function told(name: string, changes: Partial<Notification> = {}): Notification {
  return {
    messageId: `id-${name}`,
    publisherId: 'host',
    eventType: 'event',
    priority: 'INFO',
    payload: name,
    timestamp: '2026-11-22 22:53:06',
    context: { user: 'alice' },
    uniqueId: undefined,
    ...changes,
  };
}

/** Dispatches, and says what is to come again and what was logged. */
async function dispatched(
  notifications: readonly Notification[],
  endpoints: readonly object[],
  {
    cancellation = running,
    ...options
  }: Partial<NotificationDispatcherOptions> & {
    cancellation?: typeof running | typeof cancelled;
  } = {},
): Promise<{ again: number[]; lines: LogLine[] }> {
  const lines: LogLine[] = [];
  const made = { endpoints, isBatched: false, allowRequeue: true, ...options };
  const again = await new NotificationDispatcher(made).dispatch(notifications, {
    cancellation,
    log: keepingLog(lines),
  });
  return { again, lines };
}

/** An endpoint whose `info` and `error` note what they get, and do what they are told to. */
function noting(notes: unknown[], act: (payload: unknown) => unknown = () => undefined) {
  const take =
    (priority: string) =>
    (_ctx: NotificationContext, _publisher: string, _event: string, payload: unknown): unknown => {
      notes.push(`${priority} ${payload}`);
      return act(payload);
    };
  return { info: take('info'), error: take('error') };
}

describe('NotificationDispatcher', () => {
  it('knows the priorities that some endpoint has a method for', () => {
    const made = (endpoints: object[]) =>
      new NotificationDispatcher({ endpoints, isBatched: false, allowRequeue: false }).priorities;
    class Warner {
      warn(): void {}
      warning(): void {}
    }
    expect(made([new Warner(), { audit() {}, other() {} }])).toEqual(['audit', 'warn']);
    expect(() => made([{ create() {} }])).toThrow(/named like a priority: audit, debug/);
    expect(() => made([Warner])).toThrow('endpoint Warner is no object; a class is to be');
    expect(() => made([null as never])).toThrow('endpoint (anonymous) is no object');
    expect(() => made([{ info() {}, filterRule: /a/ }])).toThrow(/filterRule .* no method match/);
  });

  it('hands over what there is of a notification', async () => {
    const seen: unknown[] = [];
    class Endpoint {
      info(ctx: NotificationContext, ...rest: unknown[]): void {
        seen.push({ ...ctx.values }, ...rest);
      }
    }
    await dispatched([told('a', { publisherId: null })], [new Endpoint()]);
    const metadata = { messageId: 'id-a', timestamp: '2026-11-22 22:53:06' };
    expect(seen).toEqual([{ user: 'alice' }, null, 'event', 'a', metadata]);
  });

  it('goes by the priority in the body, in whichever case', async () => {
    const notes: unknown[] = [];
    const all = [told('a'), told('b', { priority: 'error' }), told('c', { priority: 'Info' })];
    await dispatched(all, [noting(notes)]);
    expect(notes).toEqual(['error b', 'info a', 'info c']);
  });

  it('runs every endpoint that has the method, in order', async () => {
    const notes: unknown[] = [];
    await dispatched([told('a')], [noting(notes), { debug() {} }, noting(notes)]);
    expect(notes).toEqual(['info a', 'info a']);
  });

  it.each<[string, unknown, boolean]>([
    ['nothing', undefined, false],
    ['HANDLED', NotificationResult.HANDLED, false],
    ['REQUEUE', NotificationResult.REQUEUE, true],
    ['true', true, false],
    ['a promise of REQUEUE', Promise.resolve('requeue'), true],
  ])('takes %s for what it means', async (_what, result, comesAgain) => {
    const notes: unknown[] = [];
    const first = noting(notes, () => result);
    const { again } = await dispatched([told('a')], [first, noting(notes)]);
    expect(again).toEqual(comesAgain ? [0] : []);
    expect(notes).toHaveLength(comesAgain ? 1 : 2);
  });

  it('logs what a method throws, passes the other endpoints over, and has it come again', async () => {
    const notes: unknown[] = [];
    const failing = noting(notes, () => {
      throw new RangeError('too far');
    });
    const { again, lines } = await dispatched([told('a')], [failing, noting(notes)]);
    expect(again).toEqual([0]);
    expect(notes).toEqual(['info a']);
    expect(lines).toMatchObject([
      { level: 'error', message: 'a notification could not be handled; it comes again' },
    ]);
    expect(lines[0]?.fields).toMatchObject({ priority: 'INFO', messageId: 'id-a' });
    expect(JSON.stringify(lines[0]?.fields)).toContain('too far');
  });

  it('[allowRequeue] off: has nothing come again, and says so', async () => {
    const failing = noting([], (payload) => {
      if (payload === 'a') throw null;
      return NotificationResult.REQUEUE;
    });
    const { again, lines } = await dispatched([told('a'), told('b')], [failing], {
      allowRequeue: false,
    });
    expect(again).toEqual([]);
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['error', 'a notification could not be handled; it is acknowledged all the same'],
      ['warn', 'acknowledged notifications that were to come again: allowRequeue is off'],
    ]);
  });

  it('has work come again that was interrupted, whatever is allowed', async () => {
    const interrupted = noting([], () => {
      throw new Error('stopping');
    });
    const { again, lines } = await dispatched([told('a')], [interrupted], {
      allowRequeue: false,
      cancellation: cancelled,
    });
    expect(again).toEqual([0]);
    expect(lines).toEqual([]);
  });

  it.each([
    ['unknown', 'urgent', []],
    ['missing', undefined, []],
    ['null, as Python fails there', null, [0]],
    ['a number', 5, [0]],
  ])('a priority that is %s', async (_what, priority, wanted) => {
    const { again, lines } = await dispatched([told('a', { priority })], [noting([])]);
    expect(again).toEqual(wanted);
    expect(lines).toMatchObject([{ level: wanted.length === 0 ? 'warn' : 'error' }]);
  });

  it('asks the filter of each endpoint, and takes what it throws for a failure', async () => {
    const notes: unknown[] = [];
    class Filtered {
      static filterRule = new NotificationFilter({ payload: { state: 'active' } });
      info(_ctx: unknown, _publisher: unknown, _event: unknown, { state }: { state: string }) {
        notes.push(state);
      }
    }
    const states = ['active', 'deleted'].map((state) => told('', { payload: { state } }));
    const all = [...states, told('', { payload: null })];
    const { again } = await dispatched(all, [new Filtered()]);
    expect(notes).toEqual(['active']);
    expect(again).toEqual([2]);
  });

  describe('[isBatched]', () => {
    const all = [
      told('a'),
      told('b', { priority: 'ERROR' }),
      told('c'),
      told('d', { priority: 'urgent' }),
    ];
    const lists = (notes: unknown[], act: (names: unknown[]) => unknown = () => undefined) => {
      const take = (priority: string) => (batch: ReceivedNotification[]) => {
        const names = batch.map(({ payload }) => payload);
        notes.push([priority, ...names]);
        return act(names);
      };
      return { info: take('info'), error: take('error') };
    };

    it('hands over a list a priority, alphabetically, in the order of arrival', async () => {
      const notes: unknown[] = [];
      const { again } = await dispatched(all, [lists(notes)], { isBatched: true });
      expect(notes).toEqual([
        ['error', 'b'],
        ['info', 'a', 'c'],
      ]);
      expect(again).toEqual([]);
    });

    it('has the whole of a priority come again, and the others not', async () => {
      const notes: unknown[] = [];
      const some = lists(notes, (names) => names.includes('c') && NotificationResult.REQUEUE);
      const { again } = await dispatched(all, [some], { isBatched: true });
      expect(again).toEqual([0, 2]);
    });

    it('hands over what the filter lets pass, and no empty lists', async () => {
      const notes: unknown[] = [];
      const filterRule = { match: ({ payload }: { payload: unknown }) => payload === 'c' };
      await dispatched(all, [{ ...lists(notes), filterRule }], { isBatched: true });
      expect(notes).toEqual([['info', 'c']]);
    });
  });
});
