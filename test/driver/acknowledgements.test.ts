import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Acknowledgements } from '../../src/driver/rabbit/frames/acknowledgements.ts';

/** What a broker makes of acknowledgements: a tag that is not outstanding closes the channel. */
class Outstanding {
  readonly tags = new Set<number>();
  frames = 0;

  acknowledge(deliveryTag: number, multiple: boolean): void {
    this.frames++;
    if (!this.tags.delete(deliveryTag)) throw new Error(`unknown delivery tag ${deliveryTag}`);
    if (!multiple) return;
    for (const tag of this.tags) if (tag < deliveryTag) this.tags.delete(tag);
  }
}

describe('Acknowledgements', () => {
  it('takes one frame for all that have nothing unsettled before them', () => {
    const broker = new Outstanding();
    const acknowledgements = new Acknowledgements(broker);
    const tags = Array.from({ length: 10 }, (_, i) => i + 1);
    for (const tag of tags) {
      broker.tags.add(tag);
      acknowledgements.add(tag);
    }
    for (const tag of tags.toReversed()) acknowledgements.acknowledge(tag);
    acknowledgements.flush();
    expect(broker.tags.size).toBe(0);
    expect(broker.frames).toBe(1);
  });

  it('acknowledges what was acknowledged, and nothing else, in any order of verbs', () => {
    const settled = fc.constantFrom('acknowledge', 'remove', 'flush', 'leave');
    fc.assert(
      fc.property(fc.array(fc.tuple(settled, fc.nat())), (steps) => {
        const broker = new Outstanding();
        const acknowledgements = new Acknowledgements(broker);
        const open: number[] = [];
        const kept = new Set<number>();
        let tag = 0;
        const deliver = (): void => {
          tag += 1;
          broker.tags.add(tag);
          kept.add(tag);
          open.push(tag);
          acknowledgements.add(tag);
        };
        for (let i = 0; i < 5; i++) deliver();
        for (const [verb, choice] of steps) {
          if (verb === 'flush') acknowledgements.flush();
          if (verb === 'leave') deliver();
          if (open.length === 0 || verb === 'flush' || verb === 'leave') continue;
          const [deliveryTag = 0] = open.splice(choice % open.length, 1);
          kept.delete(deliveryTag);
          if (verb === 'acknowledge') acknowledgements.acknowledge(deliveryTag);
          else {
            acknowledgements.remove(deliveryTag);
            broker.tags.delete(deliveryTag); // As a nack does, at once.
          }
        }
        acknowledgements.flush();
        expect([...broker.tags]).toEqual([...kept]);
      }),
      { numRuns: 500 },
    );
  });
});
