import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { liveAsHost } from '../../src/executors/hosts/host-life.ts';
import type {
  DoneItem,
  FromHost,
  ToHost,
  WorkItem,
} from '../../src/executors/hosts/host-protocol.ts';
import { defaultWireOptions } from '../../src/executors/wire-options.ts';
import { decodeReply } from '../../src/wire/reply.ts';
import { requestBody } from './conformance/workshop.ts';
import { inlineModule } from './inline-module.ts';

const url = inlineModule('export default { echo: (ctx, { value }) => value }');

/** A host that lives in this thread, at the other end of a real port. */
class NearHost {
  /** What it has posted, as it is left with it. */
  readonly posted: FromHost[] = [];
  readonly #port: MessagePort;
  readonly #received: FromHost[] = [];

  constructor() {
    const { port1: here, port2: there } = new MessageChannel();
    this.#port = here;
    here.on('message', (message: FromHost) => this.#received.push(message));
    onTestFinished(() => here.close());
    const life = liveAsHost(
      {
        post: (message, transfer = []) => {
          there.postMessage(message, transfer);
          this.posted.push(message);
        },
        listen: (onMessage) => there.on('message', (message: ToHost) => onMessage(message)),
        claim: () => true,
        flagged: () => undefined,
        close: () => there.close(),
      },
      {
        host: { executor: 'pool', id: 1 },
        service: { endpoints: [{ url }] },
        wire: defaultWireOptions,
        slots: 8,
        places: 8,
        takesConsole: false,
      },
    );
    onTestFinished(async () => {
      this.#port.postMessage({ type: 'stop' } satisfies ToHost);
      await life;
    });
  }

  /** Has it run the calls of a batch; gives what it says came of them, in their order. */
  async echo(values: readonly string[]): Promise<DoneItem[]> {
    const items = values.map(
      (value, id): WorkItem => ({
        id,
        place: id,
        body: new Uint8Array(requestBody({ args: { value } })),
        contentType: 'application/json',
        compression: undefined,
        deadline: undefined,
        asksToBegin: false,
      }),
    );
    this.#port.postMessage({ type: 'work', items } satisfies ToHost);
    await expect.poll(() => itemsIn(this.#received).length).toBe(values.length);
    return itemsIn(this.#received).toSorted((a, b) => a.id - b.id);
  }
}

function itemsIn(messages: readonly FromHost[]): DoneItem[] {
  return messages.flatMap((message) => (message.type === 'progress' ? message.done : []));
}

function replyIn({ outcome }: DoneItem): Uint8Array {
  if (outcome.type !== 'done' || outcome.reply === undefined) throw new Error('no reply');
  return outcome.reply.body;
}

describe('liveAsHost', () => {
  it('moves large replies out of the host, whole, and copies small ones together', async () => {
    const values = ['small', 'x'.repeat(100_000), 'too', 'y'.repeat(1_000_000)];
    const host = new NearHost();
    const replies = (await host.echo(values)).map(replyIn);
    expect(replies.map((body) => decodeReply(body).result)).toEqual(values);
    const [small, large, too, larger] = replies;
    for (const body of [large, larger]) {
      expect(body?.buffer.byteLength, 'the buffer that came, to the reply in it').toBe(
        body?.byteLength,
      );
    }
    expect(small?.buffer).toBe(too?.buffer);
    const left = itemsIn(host.posted)
      .toSorted((a, b) => a.id - b.id)
      .map(replyIn);
    expect(left.map(({ byteLength }) => byteLength > 0)).toEqual([true, false, true, false]);
  });

  it('tells in one message what begins together, and in one what ends in a turn', async () => {
    const host = new NearHost();
    await host.echo(['a', 'b', 'c']);
    const told = host.posted.flatMap((message) =>
      message.type === 'progress' ? [[message.done.length, message.begun.length]] : [],
    );
    expect(told).toEqual([
      [0, 3],
      [3, 0],
    ]);
  });
});
