/** The trainer process itself: takes a run off the real queue, survives being killed in mid-run, ends when told to. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createRunQueue, type RunQueue } from "../../../server/domain/queue.ts";
import { reapRuns } from "../../../server/domain/run-reaper.ts";
import { ratedPrompt } from "../../helpers/loop.ts";
import { type TinyModel, writeTinyModel } from "../../helpers/tiny-model.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
let tiny: TinyModel;
let queue: RunQueue;
beforeAll(async () => {
  process.env.LOG_LEVEL = "silent";
  admin = world.as(world.admin);
  let count = 0;
  world.engine.script = () => [`Draft ${++count}.`];
  for (let i = 0; i < 8; i++) await ratedPrompt(admin, `Question number ${i}?`);
  tiny = writeTinyModel(join(world.home, "tiny.gguf"));
  await world.db.baseModel.updateMany({ data: { sha256: tiny.sha256, name: "tiny" } });
  queue = createRunQueue(world.url);
});
afterAll(() => queue?.close());

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

/** The process as the supervisor starts it; `onLog` sees the message of every log line. */
function startTrainer(onLog: (message: string) => void = () => {}) {
  const child = spawn(process.execPath, ["--import", "tsx", "trainer/main.ts"], {
    env: {
      ...process.env,
      DATABASE_URL: world.url,
      HONE_HOME: world.home,
      HONE_MODEL: tiny.path,
      TRAINER_THREADS: "1",
      LOG_LEVEL: "info",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  started.push(child);
  createInterface({ input: child.stderr! }).on("line", (line) => {
    if (line.startsWith("{")) onLog(JSON.parse(line).msg);
  });
  return { child, closed: once(child, "close") };
}

/** Two steps each; so many that a run is still training when what it did at step 5 reaches the one who watches. */
const EPOCHS = 64;
const STEPS = 2 * EPOCHS;

async function newRun(change: Record<string, unknown> = {}, method: "DPO" | "REWARD" = "DPO"): Promise<string> {
  const config = { epochs: EPOCHS, batchSize: 4, rank: 2, learningRate: 0.01, checkpointEvery: 2, ...change };
  const { id } = await admin.run.create({ method, config, seed: 3 });
  await world.db.$transaction((tx) => queue.enqueue(tx, id));
  return id;
}

/** Follows a run as a page does; ends with its last status. */
async function followed(id: string, onStep: (step: number) => void = () => {}): Promise<string> {
  const events = (await admin.run.metrics({ id })) as unknown as AsyncIterable<
    [string, { type: "step"; step: number } | { type: "status"; run: { status: string } }]
  >;
  let status = "";
  for await (const [, event] of events) {
    if (event.type === "step") onStep(event.step);
    else status = event.run.status;
  }
  return status;
}
const row = (id: string) => world.db.run.findUniqueOrThrow({ where: { id }, include: { adapter: true } });

/** Asks for scores and waits for them, as the page polls. */
async function scores(adapterId: string): Promise<unknown> {
  const { id } = await admin.reward.score({ adapterId, items: [{ prompt: "Question?", reply: "Draft 1." }] });
  for (;;) {
    const result = await admin.reward.result({ id });
    if (result.state !== "WAITING") return result;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe("the trainer process", () => {
  let whole: string;

  it("takes runs off the queue, ends them, scores texts meanwhile, and ends itself when told to", async () => {
    const { child, closed } = startTrainer();
    const reward = await newRun({ epochs: 2 }, "REWARD");
    expect(await followed(reward)).toBe("SUCCEEDED");
    const { adapterId } = await row(reward);

    whole = await newRun({ sampleEvery: STEPS });
    let scored: Promise<unknown> | undefined;
    const status = await followed(whole, (step) => {
      if (step >= 2) scored ??= scores(adapterId!);
    });
    expect(status).toBe("SUCCEEDED");
    expect(await scored).toEqual({ state: "DONE", scores: [expect.any(Number)] });
    expect(await row(whole)).toMatchObject({ attempt: 1, step: STEPS });
    // From llama.cpp, before the run and after it.
    const samples = await admin.run.samples({ id: whole });
    expect(samples.map(({ step }) => step)).toEqual(Array(samples.length).fill(STEPS));
    expect(samples.some(({ before, after }) => before !== after)).toBe(true);
    child.kill("SIGTERM");
    expect(await closed).toEqual([0, null]);
  });

  it("is killed in mid-run, and the next one goes on to the same adapter", async () => {
    // Without sample replies: whether they are shown changes nothing about what is learned.
    const id = await newRun({ sampleEvery: 0 });
    const first = startTrainer();
    const watching = followed(id, (step) => {
      if (step >= 5 && step < STEPS && !first.child.killed) first.child.kill("SIGKILL");
    });
    expect(await first.closed).toEqual([null, "SIGKILL"]);
    const killed = await row(id);
    expect(killed.status).toBe("RUNNING");

    // What the web process does half a minute later, when the lease has run out.
    const reaped = async () => {
      await world.db.run.update({ where: { id }, data: { leaseExpiresAt: new Date(Date.now() - 1000) } });
      return reapRuns(world.db, queue);
    };
    // Again where a heartbeat that the dead one had sent arrives between the two.
    await expect.poll(reaped, { timeout: 30_000 }).toEqual([id]);
    startTrainer();
    expect(await watching).toBe("SUCCEEDED");
    expect(await row(id)).toMatchObject({ attempt: 2 });
    expect((await row(id)).adapterId).toBe((await row(whole)).adapterId);
    const log = await admin.run.logs({ id });
    expect(log.map(({ text }) => text).join("\n")).toMatch(/Going on after step \d*[02468]\./);
  });

  it("does not start with an engine that does not exist", async () => {
    const child = spawn(process.execPath, ["--import", "tsx", "trainer/main.ts"], {
      env: { ...process.env, DATABASE_URL: world.url, TRAINER_ENGINE: "abacus", LOG_LEVEL: "info" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    started.push(child);
    let err = "";
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    expect(await once(child, "close")).toEqual([1, null]);
    expect(err).toContain('TRAINER_ENGINE: \\"abacus\\" cannot be used; choose one of auto, onnx-cpu');
  });
});
