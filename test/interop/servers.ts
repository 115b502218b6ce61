import { connect, type ExecutorName, Runtime, type Transport } from 'greenroom';
import { onTestFinished } from 'vitest';
import { brokerUrl } from '../support/broker.ts';
import { PythonServer } from '../support/python-server.ts';
import { RecordedLog } from '../support/recorded-log.ts';

const endpoints = new URL('./endpoints/service.ts', import.meta.url);

/** Serves `endpoints/service.ts` on the run's RabbitMQ until the test is over. */
export async function startGreenroom(
  topic: string,
  executor: ExecutorName,
  server = 'greenroom',
): Promise<RecordedLog> {
  const log = new RecordedLog();
  const runtime = new Runtime({
    transport: await brokerUrl(),
    rpc: { target: { topic, server }, endpoints },
    // One host, for an endpoint keeps what it is told.
    pool: { threads: 1 },
    process: { processes: 1 },
    signals: false,
    log,
  });
  onTestFinished(() => runtime.stop({ graceMs: 0 }));
  await runtime.start({ executor });
  return log;
}

/** A Python server of that name on the run's RabbitMQ; ended when the test is over. */
export async function startPythonServer(topic: string, server = 'python'): Promise<PythonServer> {
  const python = await PythonServer.start({ url: await brokerUrl(), topic, server });
  onTestFinished(async () => {
    await python.stop();
  });
  return python;
}

/** A transport to the run's RabbitMQ; closed when the test is over. */
export async function openTransport(): Promise<Transport> {
  const transport = await connect(await brokerUrl());
  onTestFinished(() => transport.close());
  return transport;
}
