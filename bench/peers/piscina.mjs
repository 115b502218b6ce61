// No broker, no server: what the CPU itself has to give, which no RPC can exceed.
import { Piscina } from 'piscina';

/** @param {{ hosts: number }} options */
export async function openClient({ hosts }) {
  const pool = new Piscina({
    filename: new URL('piscina-worker.mjs', import.meta.url).href,
    minThreads: hosts,
    maxThreads: hosts,
  });
  return {
    call: (method, args) => pool.run({ method, args }),
    close: () => pool.destroy(),
  };
}
