import net, { type AddressInfo } from 'node:net';

/** A message as a client put it on the wire. */
export interface Published {
  readonly exchange: string;
  readonly routingKey: string;
  readonly mandatory: boolean;
  /** By AMQP's names; those that were not sent are not there. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>> | undefined;
}

/** Stands between clients and a broker, changes nothing, and keeps what is published. */
export interface PublishTap extends AsyncDisposable {
  /** The broker's URL by way of the tap. */
  readonly url: string;
  /** Oldest first, of all connections. */
  readonly published: readonly Published[];
}

/**
 * Opens a {@link PublishTap}.
 *
 * @param broker - A transport URL with one host, without TLS.
 */
export async function openPublishTap(broker: string): Promise<PublishTap> {
  const { hostname, port } = new URL(broker);
  const published: Published[] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect({ host: hostname, port: Number(port || 5672) });
    const reader = new FrameReader((message) => published.push(message));
    client.on('data', (chunk: Buffer) => reader.take(chunk));
    client.pipe(upstream).pipe(client);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      // Either side may go as it likes; the other is told by its own end.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const tapped = new URL(broker);
  tapped.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: tapped.href,
    published,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const protocolHeaderBytes = 8;
const frames = { method: 1, header: 2 };
const basicPublish = (60 << 16) | 40;

/** The flags of the content header, from the highest bit down. */
const names = [
  'content_type',
  'content_encoding',
  'headers',
  'delivery_mode',
  'priority',
  'correlation_id',
  'reply_to',
  'expiration',
  'message_id',
  'timestamp',
  'type',
  'user_id',
  'app_id',
  'cluster_id',
];

/** Reads what a client sends: AMQP 0-9-1, section 2.3.5. */
class FrameReader {
  readonly #onPublished: (message: Published) => void;
  readonly #begun = new Map<number, Pick<Published, 'exchange' | 'routingKey' | 'mandatory'>>();
  #rest: Buffer = Buffer.alloc(0);
  #skipped = 0;

  constructor(onPublished: (message: Published) => void) {
    this.#onPublished = onPublished;
  }

  take(chunk: Buffer): void {
    const skip = Math.min(chunk.length, protocolHeaderBytes - this.#skipped);
    this.#skipped += skip;
    this.#rest = Buffer.concat([this.#rest, chunk.subarray(skip)]);
    while (this.#rest.length >= 7) {
      const end = 7 + this.#rest.readUInt32BE(3) + 1;
      if (this.#rest.length < end) return;
      const [type, channel] = [this.#rest.readUInt8(0), this.#rest.readUInt16BE(1)];
      this.#frame(type, channel, new Fields(this.#rest.subarray(7, end - 1)));
      this.#rest = this.#rest.subarray(end);
    }
  }

  #frame(type: number, channel: number, fields: Fields): void {
    if (type === frames.method && fields.integer(4) === basicPublish) {
      fields.integer(2); // Reserved.
      const [exchange, routingKey] = [fields.shortText(), fields.shortText()];
      this.#begun.set(channel, { exchange, routingKey, mandatory: fields.integer(1) === 1 });
    }
    const begun = this.#begun.get(channel);
    if (type !== frames.header || begun === undefined) return;
    this.#begun.delete(channel);
    fields.integer(2 + 2 + 8); // Class, weight and size of the body.
    const { headers, ...properties } = fields.properties();
    this.#onPublished({ ...begun, properties, headers: headers as Published['headers'] });
  }
}

/** The fields of a frame, read one after the other. */
class Fields {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  integer(size: number): number {
    return Number(`0x${this.#take(size).toString('hex')}`);
  }

  shortText(): string {
    return this.#take(this.integer(1)).toString();
  }

  properties(): Record<string, unknown> {
    const flags = this.integer(2);
    const sent = names.filter((_, index) => flags & (1 << (15 - index)));
    return Object.fromEntries(sent.map((name) => [name, this.#property(name)]));
  }

  #property(name: string): unknown {
    if (name === 'headers') return this.#table();
    if (name === 'delivery_mode' || name === 'priority') return this.integer(1);
    return name === 'timestamp' ? this.integer(8) : this.shortText();
  }

  /** Of texts: there are no other headers of ours. */
  #table(): Record<string, string> {
    const entries: [string, string][] = [];
    for (const end = this.integer(4) + this.#at; this.#at < end; ) {
      const name = this.shortText();
      const kind = this.#take(1).toString();
      if (kind !== 'S') throw new Error(`header ${name} is of type ${kind}`);
      entries.push([name, this.#take(this.integer(4)).toString()]);
    }
    return Object.fromEntries(entries);
  }

  #take(size: number): Buffer {
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }
}
