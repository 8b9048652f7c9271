/** The trainer process: takes Runs and Gates off their queues, one at a time, behind everything else the machine has to do. */

import { hostname, setPriority } from "node:os";
import { resolve } from "node:path";
import { createDb, type Tx } from "../server/db.ts";
import { openBoss, sendRun } from "../server/domain/queue.ts";
import { keepBeating, ownSign } from "../server/domain/system/beat.ts";
import { createEngineClient } from "../server/engine-client.ts";
import { env, requireEnv } from "../server/env.ts";
import { logger } from "../server/log.ts";
import { startTracing } from "../server/trace.ts";
import { BACKENDS, openEngine } from "./engine/index.ts";
import { workOnGates } from "./gate-queue.ts";
import { endpointFrom } from "./judge/endpoint.ts";
import { openRollouts } from "./rollout/rollouts.ts";
import { workOnRuns } from "./run-queue.ts";
import { workOnScores } from "./score-queue.ts";
import { workOnStages } from "./stage-queue.ts";
import { createTurns } from "./turns.ts";

/** Chat comes first: with one process each on two cores, this one gets what the others leave. */
const NICE = 10;
class ShuttingDown extends Error {
  override readonly name = "ShuttingDown";
}

async function main(): Promise<void> {
  setPriority(NICE);
  const stopTracing = await startTracing("hone-trainer");
  const log = logger("trainer");
  const settings = env();
  const url = requireEnv("DATABASE_URL");
  const backend = ["auto", ...BACKENDS].find((known) => known === settings.TRAINER_ENGINE) as
    | (typeof BACKENDS)[number]
    | "auto"
    | undefined;
  if (!backend)
    throw new Error(
      `TRAINER_ENGINE: "${settings.TRAINER_ENGINE}" cannot be used; choose one of auto, ${BACKENDS.join(", ")}.`,
    );
  const db = createDb(url, { connections: 4 });
  const boss = await openBoss(url, { work: true });
  const shutdown = new AbortController();
  const { INFERENCE_URL, INFERENCE_SECRET } = settings;
  const services = {
    db,
    home: settings.HONE_HOME,
    model: resolve(settings.HONE_MODEL),
    serving: INFERENCE_URL ? createEngineClient({ url: INFERENCE_URL, secret: INFERENCE_SECRET! }) : null,
    endpoints: { judge: endpointFrom(settings, "JUDGE"), teacher: endpointFrom(settings, "TEACHER") },
    openRollouts,
    openEngine: (say: (sentence: string) => void, mode: "lora" | "full") =>
      openEngine({
        baseGguf: resolve(settings.HONE_MODEL),
        mode,
        backend,
        threads: settings.TRAINER_THREADS,
        log: say,
      }),
    owner: `${hostname()}:${process.pid}`,
    enqueue: (tx: Tx, runId: string) => sendRun(boss, tx, runId),
    shutdown: shutdown.signal,
  };

  const turns = createTurns();
  await workOnRuns(boss, services, turns);
  const stopScoring = await workOnScores(boss, services);
  const stopGates = workOnGates(services, turns);
  const stopStages = workOnStages({ db, queue: services, env: settings, turns });
  log.info({ home: settings.HONE_HOME, model: services.model }, "trainer waits for runs");

  const goodbye = keepBeating(db, async () => [ownSign("trainer")]);
  const stop = async (signal: string) => {
    if (shutdown.signal.aborted) return;
    log.info({ signal }, "trainer stops");
    shutdown.abort(new ShuttingDown("The trainer is shutting down."));
    // Waits for the handler, which gives its run back after the step under way.
    await boss.stop({ graceful: true, timeout: 60_000 });
    await stopGates();
    await stopStages();
    await stopScoring();
    await goodbye();
    await db.$disconnect();
    await stopTracing();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void stop(signal));
}

main().catch((err) => {
  logger("trainer").fatal({ err }, "the trainer cannot start");
  process.exit(1);
});
