// A database behind a wire that a test can cut: open connections break, and new ones are refused until it is mended.
import net from "node:net";

export interface Cuttable {
  /** The database's address by way of the wire. */
  url: string;
  /** Connections that were asked for while it was cut. */
  refused(): number;
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function cuttable(databaseUrl: string): Promise<Cuttable> {
  const there = new URL(databaseUrl);
  const sockets = new Set<net.Socket>();
  let [isCut, refused] = [false, 0];
  const server = net.createServer((near) => {
    if (isCut) {
      refused++;
      near.destroy();
      return;
    }
    const far = net.connect(Number(there.port), there.hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as net.AddressInfo).port);
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    refused: () => refused,
    cut() {
      isCut = true;
      breakAll();
    },
    mend() {
      isCut = false;
    },
    async close() {
      breakAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
