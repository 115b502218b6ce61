import { MessageUndeliverable } from '../../index.ts';
import { ServerProcess } from './server-process.ts';
import type { BenchService } from './service.ts';
import type { ServiceClient } from './service-client.ts';
import type { OpenSubject, Subject } from './subject.ts';

/**
 * What is measured: the service as it runs, or as it is under each executor.
 *
 * @param url - The transport URL, if it was given, for servers to be started with.
 */
export function subjectsOf(
  { start, target }: BenchService,
  client: ServiceClient,
  url: string | undefined,
): Subject[] {
  if (start === undefined) return [running(target.topic, client)];
  const { config, executors } = start;
  return executors.map((executor) => ({
    name: executor,
    open: async (signal): Promise<OpenSubject> => {
      const server = await ServerProcess.start({ config, executor, url, signal });
      const stop = (): Promise<void> => server[Symbol.asyncDispose]();
      try {
        await client.probe(signal);
      } catch (error) {
        await stop();
        throw error;
      }
      return { serverPid: server.pid, gone: server.gone, [Symbol.asyncDispose]: stop };
    },
  }));
}

/** Nothing has to be made ready, and nothing ends with it. */
function running(name: string, client: ServiceClient): Subject {
  return {
    name,
    open: async (signal) => {
      try {
        await client.probe(signal);
      } catch (cause) {
        if (!(cause instanceof MessageUndeliverable)) throw cause;
        throw new MessageUndeliverable(`nobody listens to topic ${name}: is the service there?`, {
          cause,
        });
      }
      return { [Symbol.asyncDispose]: async () => {} };
    },
  };
}
