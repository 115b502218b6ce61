import { connect } from 'amqplib';
// biome-ignore lint/correctness/useImportExtensions: it would append the suffix of the .d.mts file
import { PrivateBroker } from '../scripts/rabbitmq.mjs';

/** The RabbitMQ that everything is measured on: one of our own, or one that runs already. */
export class Broker {
  /** @type {PrivateBroker | undefined} */
  #own;
  /** As amqplib takes it. */
  amqpUrl;
  /** As oslo.messaging takes it. */
  osloUrl;
  /** @type {string} */
  version = '';

  /** @param {{ own?: PrivateBroker, amqpUrl: string, osloUrl: string }} broker */
  constructor({ own, amqpUrl, osloUrl }) {
    this.#own = own;
    this.amqpUrl = amqpUrl;
    this.osloUrl = osloUrl;
  }

  /**
   * @param {string} [url] Of one that runs already; a private one is started without it.
   * @throws when there is none, or it can't be started.
   */
  static async open(url) {
    const broker = url === undefined ? await Broker.#start() : Broker.#at(url);
    try {
      broker.version = await broker.#connected((connection) => serverVersion(connection));
      return broker;
    } catch (error) {
      await broker.close();
      throw error;
    }
  }

  /** Its process, when it is our own: of others the CPU time is not known. */
  get pid() {
    return this.#own?.pid;
  }

  /**
   * Deletes queues that peers have left behind.
   *
   * @param {readonly string[]} names
   */
  async deleteQueues(names) {
    if (names.length === 0) return;
    await this.#connected(async (connection) => {
      const channel = await connection.createChannel();
      for (const name of names) await channel.deleteQueue(name);
    });
  }

  /** Stops it when it is our own. */
  async close() {
    await this.#own?.stop();
  }

  static async #start() {
    const own = await PrivateBroker.start();
    return new Broker({ own, amqpUrl: own.amqpUrl, osloUrl: own.url });
  }

  static #at(url) {
    const rest = url.replace(/^\w+:/, '');
    // For amqplib a trailing slash is the virtual host of no name.
    return new Broker({ amqpUrl: `amqp:${rest.replace(/\/$/, '')}`, osloUrl: `rabbit:${rest}` });
  }

  async #connected(use) {
    const connection = await connect(this.amqpUrl, { noDelay: true, timeout: 5_000 });
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  }
}

function serverVersion(connection) {
  return connection.connection.serverProperties.version;
}
