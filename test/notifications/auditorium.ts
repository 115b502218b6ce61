import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import {
  connect,
  type NotificationOptions,
  Runtime,
  type RuntimeOptions,
  type Transport,
} from '../../src/index.ts';
import { newId } from '../../src/wire/ids.ts';
import {
  encodeNotification,
  type Notification,
  type NotificationFormat,
} from '../../src/wire/notification.ts';
import { SharedStage } from '../executors/shared-stage.ts';
import { keepingLog, type LogLine, type Venue } from '../runtime/theatre.ts';
import { uniqueTopic } from '../support/broker.ts';
import type { Deed } from './endpoints/listener.ts';

/** What a test changes of a runtime's options. */
export type Changes = Partial<Omit<RuntimeOptions, 'notifications'>> & {
  readonly notifications?: Partial<NotificationOptions>;
};

/** A topic on a broker whose notifications are listened to. */
export interface Auditorium {
  readonly url: string;
  readonly topic: string;
  readonly transport: Transport;
  /** Shared with the listeners of every runtime. */
  readonly stage: SharedStage;
  /** What the runtimes have logged, but for how they drained. */
  readonly lines: readonly LogLine[];
  /** What the listeners wrote down. */
  readonly seen: readonly Seen[];
  /** Makes a runtime with the listener of `endpoints/`; stopped with the test. */
  runtime(changes?: Changes): Runtime;
  /** Sends a notification of the priority `info` whose payload has that name, unless told otherwise. */
  tell(name: string, deed?: Omit<Deed, 'name'>, sent?: Sent): Promise<void>;
}

/** A line of a listener. */
export interface Seen {
  readonly method: string;
  readonly payload: Deed;
  readonly names: readonly string[];
  readonly pid: number;
}

/** What is to be different about a notification, and where it goes. */
export interface Sent extends Partial<Notification> {
  readonly format?: NotificationFormat;
  /** The topic's, if not that of the body. */
  readonly queue?: string;
  readonly topic?: string;
  readonly exchange?: string;
}

/** A module of `endpoints/`, told to share the stage. */
export function listenerModule(
  name: 'listener' | 'batch-listener',
  { folder }: SharedStage,
): { module: URL; export: string; options: object } {
  const module = new URL(`./endpoints/${name}.ts`, import.meta.url);
  const exported = name === 'listener' ? 'Listener' : 'BatchListener';
  return { module, export: exported, options: { stage: folder } };
}

/** Sets up an {@link Auditorium}. */
export async function openAuditorium(venue: Venue): Promise<Auditorium> {
  const url = await venue.open();
  const topic = uniqueTopic();
  const stage = SharedStage.open();
  onTestFinished(() => stage.close());
  const transport = await connect(url);
  onTestFinished(() => transport.close());
  const lines: LogLine[] = [];
  return {
    url,
    topic,
    transport,
    stage,
    get lines() {
      return lines.filter(({ message }) => message !== 'drained');
    },
    get seen() {
      return stage.notes.map((note): Seen => JSON.parse(note));
    },
    runtime({ notifications, ...changes } = {}) {
      const name = notifications?.batch === undefined ? 'listener' : 'batch-listener';
      const runtime = new Runtime({
        transport: url,
        pool: { threads: 1 },
        process: { processes: 1 },
        signals: false,
        log: keepingLog(lines),
        ...changes,
        notifications: {
          targets: { topic },
          endpoints: listenerModule(name, stage),
          ...notifications,
        },
      });
      onTestFinished(() => runtime.stop({ graceMs: 0 }));
      return runtime;
    },
    async tell(name, deed, sent) {
      await sendNotification(transport, { topic, payload: { name, ...deed }, ...sent });
    },
  };
}

/** Sends a notification as a notifier does. */
export async function sendNotification(
  { driver }: Transport,
  { format = '2.0', queue, topic = 'notifications', exchange, ...changes }: Sent,
): Promise<void> {
  const notification: Notification = {
    messageId: randomUUID(),
    publisherId: 'compute.host1',
    eventType: 'compute.instance.create.end',
    priority: 'INFO',
    payload: {},
    timestamp: '2026-11-22 22:53:06.794170',
    context: {},
    uniqueId: newId(),
    ...changes,
  };
  const target = { topic, ...(exchange !== undefined && { exchange }) };
  const priority = queue ?? String(notification.priority).toLowerCase();
  const body = encodeNotification(notification, { format });
  await driver.send({ type: 'notification', target, priority }, { body });
}
