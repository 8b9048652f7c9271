/** The inference process: loads the base model, serves it on a loopback port, and goes when it is told to. */

import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { logger } from "../log.ts";
import { startTracing } from "../trace.ts";
import { openModelHost } from "./model-host.ts";
import { createInferenceServer } from "./server.ts";
import { readSettings } from "./settings.ts";

/** Less than the supervisor waits before it kills. */
const GRACE_MS = 3000;

const log = logger("inference");

/** People wait for replies and nobody waits for a training step. Only root may ask for more than a normal share. */
function takePriority(): void {
  const { PRIORITY_ABOVE_NORMAL } = constants.priority;
  try {
    setPriority(0, PRIORITY_ABOVE_NORMAL);
    // Linux shares out its time among sessions first. The supervisor gives this process a session of its own; one that
    // it shares, a terminal's say, is not ours to change.
    if (leadsSession()) writeFileSync("/proc/self/autogroup", String(PRIORITY_ABOVE_NORMAL));
  } catch {
    // A normal share then, or no autogroups; the trainer takes less than that.
  }
}

/** Whether this process began its session: the fourth number after the name in Linux's stat is the session's id. */
function leadsSession(): boolean {
  const [, , , session] = readFileSync("/proc/self/stat", "utf8").split(") ").at(-1)!.split(" ");
  return Number(session) === process.pid;
}

async function main(): Promise<void> {
  const settings = readSettings();
  if (settings.urgent) takePriority();
  const stopTracing = await startTracing("hone-inference");
  const started = performance.now();
  const host = await openModelHost(settings);
  const { server, drain } = createInferenceServer(host, settings.secret);
  server.listen(settings.port, "127.0.0.1");
  await once(server, "listening");
  log.info(
    { ...host.base, threads: settings.threads, ms: Math.round(performance.now() - started), address: server.address() },
    `serving ${host.base.name}`,
  );

  const stop = async () => {
    await drain(GRACE_MS);
    await host.close();
    await stopTracing();
    process.exit(0);
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

try {
  await main();
} catch (error) {
  log.fatal({ err: error }, (error as Error).message);
  process.exit(1);
}
