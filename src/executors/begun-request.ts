import { shownValue } from '../log.ts';
import { keepAliveIntervalMs } from '../wire/keep-alive.ts';
import type { CallInfo, Request } from '../wire/request.ts';
import type { Begun, ReplyTo } from './executor.ts';

/** What is known of a request once it has been read; a class for the reason that `Deferred` is one. */
export class BegunRequest implements Begun {
  readonly method: string;
  readonly uniqueId: string | undefined;
  readonly replyTo: ReplyTo | undefined;
  readonly keepAliveMs: number | undefined;

  constructor({ method, uniqueId, call }: Request) {
    this.method = shownValue(method);
    this.uniqueId = uniqueId;
    this.replyTo = call && new Caller(call);
    this.keepAliveMs = keepAliveIntervalMs(call?.monitorTimeout);
  }
}

/** One more than AMQP has, so that a name that is cut is still none. */
const maxQueueName = 256;

/** Where a call's answer goes. */
class Caller implements ReplyTo {
  readonly msgId: unknown;
  readonly queue: string;

  constructor({ msgId, replyQueue }: CallInfo) {
    this.msgId = msgId;
    this.queue = typeof replyQueue === 'string' ? replyQueue.slice(0, maxQueueName) : '';
  }
}
