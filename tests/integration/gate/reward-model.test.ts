// The suite that scores replies with a reward model that the real recipe has trained on people's pairs: it tells good replies from bad ones,
// whichever of the two contestants gave them.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scorerFor } from "../../../server/domain/gate/held-out.ts";
import { judgeSuite } from "../../../server/domain/gate/verdict.ts";
import { gatePolicySchema } from "../../../server/domain/views/gate.ts";
import { openTokenizer, type Tokenizer } from "../../../server/gguf/tokenizer.ts";
import { chatTokens } from "../../../trainer/data/tokenise.ts";
import type { Engine } from "../../../trainer/engine/contract.ts";
import type { Answered, Bench } from "../../../trainer/gate/bench.ts";
import { rewardModel } from "../../../trainer/gate/compared.ts";
import { lengthControlled } from "../../../trainer/gate/pairs.ts";
import { workOnRun } from "../../../trainer/worker.ts";
import { insertJudged, judgedPairs, starterServices } from "../../helpers/gate-recipes.ts";
import { testWorld } from "../../helpers/world.ts";

const world = testWorld();
const TRAINED_ON = 160;
const ASKED = 40;
/** Settings that teach it within some seconds on two idle cores that people like a courteous word. */
const QUICK = { epochs: 2, batchSize: 16, learningRate: 1e-3, sampleEvery: 0 };
const policy = gatePolicySchema.parse({});

let engine: Engine;
let tokenizer: Tokenizer;
let measure: (order: "good first" | "bad first" | "the same") => ReturnType<typeof rewardModel>;
beforeAll(async () => {
  process.env.LOG_LEVEL = "silent";
  const services = await starterServices(world);
  const admin = world.as(world.admin);
  const raters = await Promise.all(["Ann", "Bea", "Cem"].map((name) => world.person(name, "ANNOTATOR")));
  const raterIds = raters.map(({ id }) => id);
  const judged = judgedPairs("subtle", TRAINED_ON, 21);
  await insertJudged(world.db, { pairs: judged, raterIds, at: new Date(Date.UTC(2026, 0, 5)) });
  const { id } = await admin.run.create({ method: "REWARD", seed: 3, config: QUICK });
  expect(await workOnRun(services, id)).toBe("succeeded");

  const { baseModelId, adapterId } = await world.db.run.findUniqueOrThrow({ where: { id } });
  const base = await world.db.baseModel.findUniqueOrThrow({ where: { id: baseModelId } });
  // Somebody's else's candidate, so that the reward model is nobody's defendant.
  const stranger = await world.db.adapter.create({
    data: { sha256: "e".repeat(64), baseModelId, path: "nowhere", bytes: 1, metrics: {}, rank: 8, alpha: 16 },
  });
  const scorer = await scorerFor(world.db, { adapterId: stranger.id, baseModelId });
  expect(scorer).toMatchObject({ id: adapterId, partial: false });
  engine = await services.openEngine(() => {}, "lora");
  tokenizer = await openTokenizer(services.model);
  const chat = chatTokens(tokenizer);

  // Of questions that the reward model was not trained on: what people like there, and what they do not.
  const known = new Set(judged.map(({ prompt }) => prompt));
  const fresh = judgedPairs("subtle", TRAINED_ON, 22)
    .filter(({ prompt }) => !known.has(prompt))
    .slice(0, ASKED);
  expect(fresh).toHaveLength(ASKED);
  measure = (order) => {
    const answered = fresh.map(({ prompt, chosen, rejected }, i): Answered => {
      const messages = [{ role: "user" as const, content: prompt }];
      const tokens = Int32Array.from(chat.prompt(messages));
      const reply = (text: string) => ({
        ...{ prompt: tokens, text, ended: true },
        completion: Int32Array.from([...Array.from(chat.text(text)), chat.endOfTurn]),
      });
      const [candidate, live] =
        order === "good first" ? [chosen, rejected] : order === "bad first" ? [rejected, chosen] : [chosen, chosen];
      const asked = { prompt: messages, answer: null, origin: `prompt ${i}`, tokens };
      return { prompt: asked, candidate: reply(candidate), live: reply(live) };
    });
    const bench = { engine, answered, policy, signal: new AbortController().signal } as unknown as Bench;
    return rewardModel(bench, scorer, { home: world.home, base });
  };
}, 600_000);
afterAll(async () => {
  await engine?.close();
  await tokenizer?.close();
});

describe("a reward model trained on people's pairs", () => {
  it("lets a candidate through that says what people like, and refuses one that says the opposite", async () => {
    const [good, bad] = [await measure("good first"), await measure("bad first")];
    expect(judgeSuite("rewardModel", good.finding, policy).status).toBe("PASSED");
    expect(judgeSuite("rewardModel", bad.finding, policy).status).toBe("FAILED");
    expect(good.metrics).toMatchObject({ prompts: ASKED, partial: 0 });
    // The order of the two turns the sign and nothing else.
    expect(bad.metrics.value!).toBeCloseTo(1 - good.metrics.value!, 12);
    expect(bad.metrics.reward!).toBeCloseTo(good.metrics["reward/live"]!, 6);
    expect(bad.compared!.map(({ margin }) => margin)).toEqual(good.compared!.map(({ margin }) => -margin || 0));
    expect(good.metrics.reward!).toBeGreaterThan(good.metrics["reward/live"]!);
  });

  it("cannot decide between replies that are the same", async () => {
    const { finding, metrics } = await measure("the same");
    expect(metrics.value).toBe(0.5);
    expect(judgeSuite("rewardModel", finding, policy).status).toBe("UNDECIDED");
  });

  it("does not convince where all it liked was longer", async () => {
    const { compared } = await measure("good first");
    const { finding } = lengthControlled({ policy } as Bench, { compared: compared!, counted: "prompts" });
    expect(judgeSuite("lengthControlled", finding, policy).status).toBe("UNDECIDED");
  });
});
