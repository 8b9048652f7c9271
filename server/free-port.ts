// Ports of this machine: whether one can be listened on, and one that can.
import net from "node:net";

/**
 * A loopback port that nothing listens on now.
 * @param promised ports of those who do not listen yet: the system gives the same one again to whoever asks
 */
export async function freePort(promised: readonly number[] = []): Promise<number> {
  for (;;) {
    const port = await tryListen("127.0.0.1", 0);
    if (!promised.includes(port)) return port;
  }
}

/** @returns the port, which is free again */
export function tryListen(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.on("error", reject);
    probe.listen(port, host, () => {
      const got = (probe.address() as net.AddressInfo).port;
      probe.close(() => resolve(got));
    });
  });
}
