import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { IncomingMessage, Listener } from '../../src/driver/driver.ts';
import { Transport } from '../../src/driver/transport.ts';
import { MalformedMessage } from '../../src/errors.ts';
import { LoopExecutor } from '../../src/executors/loop-executor.ts';
import { silentLog } from '../../src/log.ts';
import { controlLane } from '../../src/runtime/control-lane.ts';
import { Crashes } from '../../src/runtime/crashes.ts';
import { Duplicates } from '../../src/runtime/duplicates.ts';
import { Intake } from '../../src/runtime/intake.ts';
import { Outcomes } from '../../src/runtime/outcomes.ts';
import { ReplySender } from '../../src/runtime/reply-sender.ts';
import { openEnvelope } from '../../src/wire/envelope.ts';
import { mentionsUniqueId, uniqueIdIn } from '../../src/wire/ids.ts';
import { decodeNotification } from '../../src/wire/notification.ts';
import { decodeReply } from '../../src/wire/reply.ts';
import { decodeRequest } from '../../src/wire/request.ts';
import { report } from '../support/fault-report.ts';
import { scaled } from '../support/scale.ts';
import { type HostileMessage, hostileMessages, seed } from './bodies.ts';
import { namesOnBuiltins } from './builtins.ts';
import { Harmless, HarmlessControl } from './harmless-endpoint.ts';

/** In each round; more at once would take gigabytes. */
const count = 20_000;
const rounds = scaled(1, 50);

describe(`${rounds * count} hostile bodies, GREENROOM_FUZZ_SEED=${seed}`, () => {
  it(
    'decode to a message, or are malformed',
    async (context) => {
      const names = namesOnBuiltins();
      const outcomes = { decoded: 0, malformed: 0 };
      for (let round = 0; round < rounds; round++) {
        for (const message of hostileMessages(count, round)) decode(message, outcomes);
      }
      expect(namesOnBuiltins()).toBe(names);
      // Neither a fuzzer that breaks everything nor one that breaks nothing is worth its time.
      expect(outcomes.decoded).toBeGreaterThan((rounds * count) / 2);
      expect(outcomes.malformed).toBeGreaterThan((rounds * count) / 2);
      await report(context, {
        fault: `40. ${rounds * count} hostile bodies in the process (seed ${seed})`,
        promise: 'each decodes or is malformed; nothing polluted',
        counts: { bodies: rounds * count, ...outcomes },
      });
    },
    scaled(60_000, 1_800_000),
  );

  it('are each settled once by the intake, and nothing else comes of them', async () => {
    const names = namesOnBuiltins();
    await using transport = Transport.of(`memory://${randomUUID().slice(0, 8)}`);
    const { driver } = transport;
    const ledger = new Ledger();
    const target = { topic: 'fuzzed', server: 'server-1' };
    const listener = await driver.listen(target, { prefetch: 50 });
    const { intake, executor } = await openIntake(transport, ledger.watch(listener));
    const running = intake.run();
    for (const { body, compression } of hostileMessages(count)) {
      await driver.send({ type: 'target', target: { topic: 'fuzzed' } }, { body, compression });
    }
    await expect.poll(() => ledger.settled, { timeout: 50_000 }).toBe(count);
    await intake.idle();
    expect(ledger.delivered).toBe(count);
    expect(executor.credit).toBe(executor.slots);
    expect(ledger.verbs.requeue).toBe(0);
    expect(ledger.verbs.reject).toBeGreaterThan(count / 20);
    expect(ledger.verbs.acknowledge).toBeGreaterThan(count / 20);
    expect(intake.counts.finished).toBeGreaterThan(count / 20);
    expect(intake.counts).toMatchObject({ returned: 0, abandoned: 0 });
    await intake.stop();
    await running;
    expect(namesOnBuiltins()).toBe(names);
  }, 60_000);
});

/** Has every decoder read it, and counts what comes of that. */
function decode(
  { body, compression }: HostileMessage,
  outcomes: { decoded: number; malformed: number },
): void {
  for (const read of [openEnvelope, decodeRequest, decodeReply, decodeNotification]) {
    try {
      read(body, { compression });
      outcomes.decoded += 1;
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      outcomes.malformed += 1;
    }
  }
  const id = uniqueIdIn(body);
  if (id !== undefined && !mentionsUniqueId(body)) throw new Error(`an id of nowhere: ${id}`);
}

/** An intake over a listener, with everything else as a runtime has it. */
async function openIntake(
  { driver }: Transport,
  listener: Listener,
): Promise<{ intake: Intake; executor: LoopExecutor }> {
  const endpoints = [{ instance: new Harmless() }, { instance: new HarmlessControl() }];
  const executor = new LoopExecutor({ name: 'async', slots: 16, endpoints });
  const control = controlLane();
  onTestFinished(() => executor.stop());
  onTestFinished(() => control.stop());
  await Promise.all([executor.start(), control.start()]);
  const replies = new ReplySender({
    driver,
    missingQueueTimeoutMs: 0,
    queuePrefix: 'reply_',
    callerGoneGraceMs: 10_000,
    openCancelQueue: async () => 'reply_of_the_test',
    log: silentLog,
  });
  const crashes = new Crashes(3);
  const intake = new Intake({
    listener,
    executor,
    control,
    replies,
    duplicates: new Duplicates(10_000),
    acknowledge: 'on-dispatch',
    maxBodyBytes: 100_000,
    crashes,
    outcomes: new Outcomes({ replies, crashes, exposeStacks: true, log: silentLog }),
    log: silentLog,
  });
  return { intake, executor };
}

/** Counts what becomes of messages: the first verb is the one that counts. */
class Ledger {
  readonly verbs = { acknowledge: 0, requeue: 0, retry: 0, reject: 0 };
  delivered = 0;

  get settled(): number {
    return Object.values(this.verbs).reduce((sum, count) => sum + count);
  }

  /** The listener, with its messages watched. */
  watch(listener: Listener): Listener {
    return {
      poll: async (limit) => (await listener.poll(limit)).map((message) => this.#watched(message)),
      stop: () => listener.stop(),
      close: () => listener.close(),
      [Symbol.asyncDispose]: () => listener.close(),
    };
  }

  #watched(message: IncomingMessage): IncomingMessage {
    this.delivered += 1;
    let isSettled = false;
    const settle = (verb: keyof Ledger['verbs']) => () => {
      if (!isSettled) this.verbs[verb] += 1;
      isSettled = true;
      message[verb]();
    };
    const { body, ownsBody, contentType, headers } = message;
    const { expirationMs, arrivedAt, redelivered } = message;
    const said = { body, ownsBody, contentType, headers, expirationMs, arrivedAt, redelivered };
    return {
      ...said,
      acknowledge: settle('acknowledge'),
      requeue: settle('requeue'),
      retry: settle('retry'),
      reject: settle('reject'),
    };
  }
}
