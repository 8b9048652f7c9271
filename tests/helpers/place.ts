// A place that looks after itself, played in one process: the upkeep of two web processes, two trainers and a serving process, all by one calendar.
import { afterAll, beforeAll, expect } from "vitest";
import { createDb, type Db } from "../../server/db.ts";
import { tendCanary } from "../../server/domain/canary/tend.ts";
import { tickSchedules } from "../../server/domain/schedule/tick.ts";
import { workOnGate } from "../../trainer/gate-queue.ts";
import { type WorkerServices, workOnRun } from "../../trainer/worker.ts";
import { startServer, type TestServer } from "../integration/inference/server.ts";
import type { Calendar } from "./clock.ts";
import { starterServices } from "./gate-recipes.ts";
import { beginStages } from "./schedules.ts";
import type { World } from "./world.ts";

const UPKEEP_HOURS = 6;
const HOUR_MS = 3_600_000;

export interface Place {
  server: TestServer;
  /** What every web process does now and then, in two of them at once. */
  upkeep(): Promise<void>;
  /** Lets the time until a moment go by, with upkeep all along. */
  pass(until: Date): Promise<void>;
  /** What trainers do with the one stage that waits: its Run, the training, the Gate. Two try at every step. @returns the Run */
  train(seed: number): Promise<string>;
}

/** Registers it for the tests of this file: read its fields inside hooks and tests. The base of the world's database becomes the starter. */
export function testPlace(world: World, calendar: Calendar): Place {
  const place = {} as Place;
  let other: Db;
  let trainers: WorkerServices[];
  const both = <T>(act: (db: Db) => Promise<T>) => Promise.all([world.db, other].map(act));

  beforeAll(async () => {
    other = createDb(world.url);
    const trainer = await starterServices(world);
    trainers = [trainer, { ...trainer, db: other, owner: "test:2" }];
    place.server = await startServer(trainer.model, { sequences: 8, queueLimit: 64 });
  });
  afterAll(async () => {
    await place.server?.close();
    await other?.$disconnect();
  });

  place.upkeep = async () => {
    const now = calendar.now();
    await both((db) => tickSchedules(db, now));
    await both((db) => tendCanary({ ...world.services, engine: place.server.client, db }, now));
  };
  place.pass = async (until) => {
    for (;;) {
      const next = calendar.now().getTime() + UPKEEP_HOURS * HOUR_MS;
      if (next >= until.getTime()) break;
      calendar.to(new Date(next));
      await place.upkeep();
    }
    calendar.to(until);
    await place.upkeep();
  };
  place.train = async (seed) => {
    const now = calendar.now();
    const [id, ...more] = (await both((db) => beginStages(world, now, db))).flat();
    expect(more).toEqual([]);
    // Drawn where nobody says otherwise; here the story shall be the same every time.
    await world.db.run.update({ where: { id }, data: { seed } });
    const runs = await Promise.all(trainers.map((trainer) => workOnRun(trainer, id!)));
    expect(runs.sort()).toEqual(["nothing to do", "succeeded"]);
    const gates = await Promise.all(trainers.map((trainer) => workOnGate(trainer)));
    expect(gates.sort()).toEqual(["measured", "nothing to do"]);
    return id!;
  };
  return place;
}
