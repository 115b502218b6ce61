import type { Channel, Message } from 'amqplib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Acknowledgements } from '../../src/driver/rabbit/acknowledgements.ts';

const delivery = (deliveryTag: number): Message =>
  ({ fields: { deliveryTag } }) as unknown as Message;

/** What a broker makes of acknowledgements: a tag that is not outstanding closes the channel. */
class Outstanding {
  readonly tags = new Set<number>();
  frames = 0;

  readonly channel = {
    ack: ({ fields: { deliveryTag } }: Message, allUpTo = false): void => {
      this.frames++;
      if (!this.tags.delete(deliveryTag)) throw new Error(`unknown delivery tag ${deliveryTag}`);
      if (!allUpTo) return;
      for (const tag of this.tags) if (tag < deliveryTag) this.tags.delete(tag);
    },
  } as unknown as Channel;
}

describe('Acknowledgements', () => {
  it('takes one frame for all that have nothing unsettled before them', () => {
    const broker = new Outstanding();
    const acknowledgements = new Acknowledgements(broker.channel, () => true);
    const messages = Array.from({ length: 10 }, (_, i) => delivery(i + 1));
    for (const message of messages) {
      broker.tags.add(message.fields.deliveryTag);
      acknowledgements.add(message);
    }
    for (const message of messages.toReversed()) acknowledgements.acknowledge(message);
    acknowledgements.flush();
    expect(broker.tags.size).toBe(0);
    expect(broker.frames).toBe(1);
  });

  it('acknowledges what was acknowledged, and nothing else, in any order of verbs', () => {
    const settled = fc.constantFrom('acknowledge', 'remove', 'flush', 'leave');
    fc.assert(
      fc.property(fc.array(fc.tuple(settled, fc.nat())), (steps) => {
        const broker = new Outstanding();
        const acknowledgements = new Acknowledgements(broker.channel, () => true);
        const open = new Map<number, Message>();
        const kept = new Set<number>();
        let tag = 0;
        const deliver = (): void => {
          const message = delivery(++tag);
          broker.tags.add(tag);
          kept.add(tag);
          open.set(tag, message);
          acknowledgements.add(message);
        };
        for (let i = 0; i < 5; i++) deliver();
        for (const [verb, choice] of steps) {
          const message = [...open.values()][choice % Math.max(1, open.size)];
          if (verb === 'flush') acknowledgements.flush();
          if (verb === 'leave') deliver();
          if (message === undefined || verb === 'flush' || verb === 'leave') continue;
          const { deliveryTag } = message.fields;
          open.delete(deliveryTag);
          kept.delete(deliveryTag);
          if (verb === 'acknowledge') acknowledgements.acknowledge(message);
          else {
            acknowledgements.remove(message);
            broker.tags.delete(deliveryTag); // As a nack does, at once.
          }
        }
        acknowledgements.flush();
        expect([...broker.tags]).toEqual([...kept]);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves a channel alone that has been closed', () => {
    const broker = new Outstanding();
    const acknowledgements = new Acknowledgements(broker.channel, () => false);
    const message = delivery(1);
    broker.tags.add(1);
    acknowledgements.add(message);
    acknowledgements.acknowledge(message);
    acknowledgements.flush();
    expect(broker.frames).toBe(0);
  });
});
