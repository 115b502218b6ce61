// Types for the TypeScript tests, beside plain JavaScript because scripts run before any install.

/** What a private broker may be told beyond its defaults. */
export interface PrivateBrokerOptions {
  /** Lines of `rabbitmq.conf`, such as `consumer_timeout = 60000`. */
  readonly config?: readonly string[];
  /** An Erlang term for `advanced.config`, which takes settings that `rabbitmq.conf` refuses. */
  readonly advancedConfig?: string;
  /** Plugins to enable, such as `rabbitmq_management`. */
  readonly plugins?: readonly string[];
  /** Listens for TLS too, on {@link PrivateBroker.tlsPort}. */
  readonly tls?: PrivateBrokerTls;
  /** Where its data is; it is left there. @default in its own folder, and removed with it */
  readonly dataFolder?: string;
  /**
   * The first broker of a cluster, which this one joins; it has to be stopped after this one.
   * @default a broker by itself
   */
  readonly joins?: PrivateBroker;
  /** Where it runs. @default this machine's loopback interface */
  readonly host?: PrivateBrokerHost;
}

/** A host that a private broker has for itself, though it is on this machine. */
export interface PrivateBrokerHost {
  /** An IPv4 address that this process and the other hosts reach it by. */
  readonly address: string;
  /** What a command is put behind, so that it runs there and keeps its pid. */
  readonly enter: readonly string[];
}

/** What a private broker speaks TLS with; PEM files that stay while it runs. */
export interface PrivateBrokerTls {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Whether clients have to show a certificate of the authority. @default false */
  readonly requireClientCertificate?: boolean;
}

/** The path of the machine's `rabbitmq-server` script, or undefined when there is none. */
export function findRabbitmqServer(): string | undefined;

/**
 * A RabbitMQ that belongs to one test run: own ports, folder, Erlang cookie and epmd.
 *
 * It keeps its ports and its data for its whole life, so clients find it again after
 * {@link PrivateBroker.kill} and {@link PrivateBroker.restart}. Should this process die without a
 * {@link PrivateBroker.stop}, a guard process ends the broker and removes its folder.
 */
export class PrivateBroker implements AsyncDisposable {
  private constructor();

  /**
   * Starts a broker and waits until it answers.
   *
   * @throws when there is no `rabbitmq-server` or it does not boot; the message has its log's end.
   */
  static start(options?: PrivateBrokerOptions): Promise<PrivateBroker>;

  /** Where it listens: 127.0.0.1, but for one with a host of its own. */
  get address(): string;
  /** The AMQP port. */
  get port(): number;
  /** The AMQP port for TLS; nobody listens there unless `tls` was asked for. */
  get tlsPort(): number;
  /** What it is called in its cluster. */
  get nodeName(): string;
  /** The transport URL as oslo.messaging writes it, with the user guest. */
  get url(): string;
  /** The same as amqplib writes it. */
  get amqpUrl(): string;
  /** The broker's process, or undefined while it is down. */
  get pid(): number | undefined;

  /** Ends the broker with SIGKILL, as a crash would; its data stays. */
  kill(): Promise<void>;
  /** Stops the process with SIGSTOP: connections stay open and nobody answers on them. */
  freeze(): void;
  /** Lets a frozen broker go on. */
  thaw(): void;
  /** Starts the broker again with its data, on its port; stops it first when it runs. */
  restart(): Promise<void>;
  /** Stops the broker and its epmd and removes its folder. */
  stop(): Promise<void>;
  /** Runs `rabbitmqctl` on this broker and returns what it printed. Takes about a second. */
  ctl(args: readonly string[]): Promise<string>;
  /** What the broker has logged so far. */
  log(): string;
  [Symbol.asyncDispose](): Promise<void>;
}
