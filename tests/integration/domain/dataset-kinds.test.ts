// Data of every kind on a real database: thumbs, liked replies and prompts from feedback; uploads; what a run may be given.
import { beforeAll, describe, expect, test } from "vitest";
import { freezeDataset } from "../../../server/domain/dataset.ts";
import { listDatasets } from "../../../server/domain/dataset-read.ts";
import { currentSelection } from "../../../server/domain/dataset-source.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { insertPairs } from "../../helpers/loop.ts";
import { type Caller, finished, newKey, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let admin: Caller;
let ann: Viewer;
let ben: Viewer;
beforeAll(async () => {
  let count = 0;
  world.engine.script = () => [`Reply ${++count}.`];
  admin = world.as(world.admin);
  [ann, ben] = [await world.person("Ann"), await world.person("Ben")];
});

/** A prompt of the person's with a reply. */
async function asked(caller: Caller, content: string) {
  const { conversationId, prompt, reply } = await caller.message.send({
    parentId: null,
    content,
    requestKey: newKey(),
  });
  await finished(caller, reply.id);
  return { conversationId, promptId: prompt.id, replyId: reply.id };
}
/** A thumb past the procedures, which let people judge their own conversations only. */
const judge = (messageId: string, raterId: string, value: 1 | -1) =>
  world.db.feedback.create({ data: { messageId, raterId, value, reasons: [] } });
const reasons = async (kind: "THUMBS" | "DIALOGUES" | "PROMPTS") =>
  Object.fromEntries((await currentSelection(world.db, kind)).leftOut.map(({ reason, count }) => [reason, count]));

describe("feedback as data", () => {
  let liked: Awaited<ReturnType<typeof asked>>;
  beforeAll(async () => {
    const caller = world.as(ann);
    liked = await asked(caller, "Liked?");
    const disliked = await asked(caller, "Disliked?");
    const tied = await asked(caller, "Tied?");
    const outvoted = await asked(caller, "Liked?");
    await judge(liked.replyId, ann.id, 1);
    await judge(disliked.replyId, ann.id, -1);
    await judge(tied.replyId, ann.id, 1);
    await judge(tied.replyId, ben.id, -1);
    for (const [rater, value] of [
      [ann, 1],
      [ben, -1],
      [world.admin, -1],
    ] as const)
      await judge(outvoted.replyId, rater.id, value);
  });

  test("every judged reply is a thumb, by the majority; ties say nothing", async () => {
    const { items, train } = await currentSelection(world.db, "THUMBS");
    const said = items.map(({ content }) => ("liked" in content ? [content.prompt[0]!.content, content.liked] : []));
    expect(said.sort()).toEqual([
      ["Disliked?", false],
      ["Liked?", false],
      ["Liked?", true],
    ]);
    expect(train).toBe(3);
    expect(await reasons("THUMBS")).toEqual({ TIED: 1 });
    const own = items.find(({ messageId }) => messageId === liked.replyId)!.content;
    expect(own).toMatchObject({ completion: { content: "Reply 1.", tokenIds: expect.any(Array) }, liked: true });
  });

  test("what people liked is imitated, and nothing else", async () => {
    const { items } = await currentSelection(world.db, "DIALOGUES");
    expect(items.map(({ messageId }) => messageId)).toEqual([liked.replyId]);
    expect(await reasons("DIALOGUES")).toEqual({ DISLIKED: 2, TIED: 1 });
  });

  test("prompts are taken once", async () => {
    const { items } = await currentSelection(world.db, "PROMPTS");
    expect(items.map(({ content }) => ("prompt" in content ? content.prompt[0]!.content : "")).sort()).toEqual([
      ...["Disliked?", "Liked?", "Tied?"],
    ]);
    expect(await reasons("PROMPTS")).toEqual({ DUPLICATE: 1 });
  });

  test("deleted conversations and disabled people stay out; a disabled rater's thumb does not count", async () => {
    await world.as(ann).conversation.delete({ id: liked.conversationId });
    expect(await reasons("THUMBS")).toEqual({ CONVERSATION_DELETED: 1, TIED: 1 });
    expect(await reasons("PROMPTS")).toEqual({ CONVERSATION_DELETED: 1 });
    await world.as(ann).conversation.restore({ id: liked.conversationId });

    await admin.people.setDisabled({ userId: ben.id, disabled: true });
    // Ann's thumb alone decides what was tied, and what Ben and the admin outvoted is tied now.
    const { items } = await currentSelection(world.db, "THUMBS");
    expect(items.filter(({ content }) => "liked" in content && content.liked)).toHaveLength(2);
    expect(await reasons("THUMBS")).toEqual({ TIED: 1 });
    await admin.people.setDisabled({ userId: ann.id, disabled: true });
    expect(await reasons("THUMBS")).toEqual({ RATER_DISABLED: 3 });
    expect(await reasons("PROMPTS")).toEqual({ RATER_DISABLED: 4 });
    for (const { id } of [ann, ben]) await admin.people.setDisabled({ userId: id, disabled: false });
  });

  test("frozen items keep their content, count the thumbs of both kinds, and cannot be edited", async () => {
    const run = await admin.run.create({ method: "KTO", seed: 1 });
    const { dataset } = (await admin.run.get({ id: run.id })).lineage;
    expect(dataset).toMatchObject({ kind: "THUMBS", origin: "FEEDBACK", name: null, train: 3 });
    const again = await world.db.$transaction(async (tx) => freezeDataset(tx, await currentSelection(tx, "THUMBS")));
    expect(again.id).toBe(dataset.id);
    const preview = await admin.run.preview({ method: "KTO" });
    expect(preview).toMatchObject({ kind: "THUMBS", found: 4, balance: { liked: 1, disliked: 2 } });
    expect(preview.config).toMatchObject({ desirableWeight: 2, undesirableWeight: 1 });
    const { items, pairs } = await admin.dataset.get({ id: dataset.id });
    expect(pairs.items).toEqual([]);
    expect(items.items.map(({ content }) => content.kind)).toEqual(["THUMBS", "THUMBS", "THUMBS"]);
    await expect(world.db.datasetItem.updateMany({ data: { weight: 9 } })).rejects.toThrow(/written once/);
    expect((await admin.run.options()).feedback).toEqual({ PAIRS: 0, THUMBS: 3, DIALOGUES: 1, PROMPTS: 4 });
  });
});

describe("uploads", () => {
  const line = (value: object) => JSON.stringify(value);
  const good = line({ prompt: "What?", chosen: "This.", rejected: "That." });

  test("bad lines come back by number and reason, and nothing is stored", async () => {
    const text = [good, "{", "", line({ prompt: "What?", chosen: "Same.", rejected: "Same." })].join("\n");
    const refused = await admin.dataset.upload({ kind: "PAIRS", name: "mine", text });
    expect(refused).toMatchObject({ dataset: null, rows: 1, problemCount: 2 });
    expect(refused.problems).toEqual([
      { line: 2, message: expect.stringContaining("not valid JSON") },
      { line: 4, message: expect.stringContaining("the same text") },
    ]);
    expect(await listDatasets(world.db, { origin: "UPLOAD" })).toEqual([]);

    const stored = await admin.dataset.upload({ kind: "PAIRS", name: " mine ", text, skipBad: true });
    expect(stored.dataset).toMatchObject({ kind: "PAIRS", origin: "UPLOAD", name: "mine", train: 1, heldOut: 0 });
    expect((await admin.dataset.get({ id: stored.dataset!.id })).leftOut).toEqual([{ reason: "BAD_LINE", count: 2 }]);
    const { items } = await admin.audit.list();
    expect(items[0]).toMatchObject({ action: "dataset.upload", after: { rows: 1, skipped: 2 } });
  });

  test("a file of nothing but bad lines is refused with the first hundred reasons", async () => {
    const text = Array.from({ length: 150 }, () => "no JSON").join("\n");
    const refused = await admin.dataset.upload({ kind: "PROMPTS", name: "bad", text, skipBad: true });
    expect(refused).toMatchObject({ dataset: null, rows: 0, problemCount: 150 });
    expect(refused.problems).toHaveLength(100);
    expect(refused.problems.at(-1)!.line).toBe(100);
  });

  test.each([
    [
      "RANKINGS",
      line({
        prompt: "Best?",
        replies: [
          { content: "A", rank: 2 },
          { content: "B", rank: 1 },
        ],
      }),
      {
        replies: [
          { text: "B", rank: 1 },
          { text: "A", rank: 2 },
        ],
      },
    ],
    ["THUMBS", line({ prompt: "Good?", completion: "Yes.", label: false }), { reply: "Yes.", liked: false }],
    [
      "DIALOGUES",
      line({
        messages: [
          { role: "user", content: "Hi" },
          { role: "assistant", content: "Ho" },
        ],
      }),
      { prompt: [{ role: "USER", content: "Hi" }], reply: "Ho" },
    ],
    ["PROMPTS", line({ prompt: "2+2?", answer: 4 }), { answer: "4" }],
    ["TEXTS", "Once upon a time.\n\nThe end.", { text: "Once upon a time.\n\nThe end." }],
  ] as const)("%s are stored and shown", async (kind, text, content) => {
    const { dataset } = await admin.dataset.upload({ kind, name: kind.toLowerCase(), text });
    const { items } = await admin.dataset.get({ id: dataset!.id });
    expect(items.items).toMatchObject([{ split: "TRAIN", source: null, content: { kind, ...content } }]);
    expect((await admin.dataset.list({ kind, origin: "UPLOAD" })).map(({ id }) => id)).toEqual([dataset!.id]);
    expect((await admin.dataset.upload({ kind, name: "again", text })).dataset!.id).toBe(dataset!.id);
  });
});

describe("what a run may be given", () => {
  const code = (request: Parameters<Caller["run"]["preview"]>[0]) =>
    admin.run.preview(request).then(
      ({ advice }) => advice.filter(({ level }) => level === "stop").map(({ key }) => key),
      (error) => error.cause.code,
    );

  test("data, tuning, adapters and settings that do not fit are refused with a code each", async () => {
    const [rankings] = await admin.dataset.list({ kind: "RANKINGS" });
    const [dialogues] = await admin.dataset.list({ kind: "DIALOGUES", origin: "UPLOAD" });
    const from = (id: string) => ({ source: { from: "DATASET" as const, id } });
    const missing = "00000000-0000-4000-8000-000000000000";
    expect(await code({ method: "DPO", ...from(rankings!.id) })).toBe("WRONG_DATA_KIND");
    expect(await code({ method: "REWARD", ...from(rankings!.id) })).toEqual([]);
    expect(await code({ method: "DPO", ...from(missing) })).toBe("NOT_FOUND");
    expect(await code({ method: "DPO", config: { tuning: "full" } })).toBe("TUNING_REFUSED");
    expect(await code({ method: "DPO", config: { beta: -1 } })).toBe("INVALID_INPUT");
    expect(await code({ method: "SFT", replayDatasetId: rankings!.id })).toBe("WRONG_DATA_KIND");
    expect(await code({ method: "DPO", replayDatasetId: dialogues!.id })).toBe("WRONG_DATA_KIND");
    expect(await code({ method: "SFT", replayDatasetId: dialogues!.id })).toEqual([]);

    const base = await world.db.baseModel.findFirstOrThrow();
    const other = await world.db.baseModel.create({
      data: { name: "other", sha256: "c".repeat(64), architecture: "qwen3", parameters: 1, contextLength: 1 },
    });
    const adapter = (letter: string, more: object) =>
      world.db.adapter.create({
        data: {
          ...{ sha256: letter.repeat(64), baseModelId: base.id, rank: 4, alpha: 8, path: "x", bytes: 1, metrics: {} },
          ...more,
        },
      });
    const policy = await adapter("1", {});
    const reward = await adapter("2", { kind: "REWARD", servable: false });
    const foreign = await adapter("3", { kind: "REWARD", servable: false, baseModelId: other.id });
    const whole = await adapter("4", { tuning: "FULL", servable: false, rank: null, alpha: null });
    expect(await code({ method: "PPO" })).toEqual(["NO_REWARD_MODEL"]);
    expect(await code({ method: "PPO", rewardAdapterId: reward.id })).toEqual([]);
    expect(await code({ method: "PPO", rewardAdapterId: policy.id })).toBe("REWARD_MODEL_REFUSED");
    expect(await code({ method: "DPO", rewardAdapterId: reward.id })).toBe("REWARD_MODEL_REFUSED");
    expect(await code({ method: "PPO", rewardAdapterId: foreign.id })).toBe("BASE_MISMATCH");
    expect(await code({ method: "PPO", rewardAdapterId: missing })).toBe("NOT_FOUND");
    expect(await code({ method: "DPO", fromAdapterId: policy.id })).toEqual(["NOTHING"]);
    expect(await code({ method: "DPO", fromAdapterId: reward.id })).toBe("ADAPTER_REFUSED");
    expect(await code({ method: "SFT", fromAdapterId: whole.id })).toBe("ADAPTER_REFUSED");
    expect(await code({ method: "SFT", fromAdapterId: foreign.id })).toBe("BASE_MISMATCH");
    expect(await code({ method: "DISTIL" })).toEqual(["NO_TEACHER"]);
    expect(await code({ method: "RLAIF" })).toEqual(["NO_JUDGE"]);
    expect(await code({ method: "GRPO" })).toEqual(["NO_ANSWERS"]);

    const refused = (request: Parameters<Caller["run"]["create"]>[0]) =>
      admin.run.create(request).catch((error) => error.cause.code);
    expect(await refused({ method: "PPO" })).toBe("REWARD_MODEL_MISSING");
    expect(await refused({ method: "DISTIL" })).toBe("ENDPOINT_MISSING");
    expect(await refused({ method: "GRPO" })).toBe("ANSWERS_MISSING");
    expect(await refused({ method: "DPO" })).toBe("NOTHING_TO_TRAIN_ON");
  });

  test("scores are asked of reward models only, and only so often", async () => {
    const { id: policy } = await world.db.adapter.findFirstOrThrow({ where: { kind: "POLICY" } });
    const { id: reward } = await world.db.adapter.findFirstOrThrow({ where: { kind: "REWARD" } });
    const ask = (adapterId: string) =>
      admin.reward.score({ adapterId, items: [{ prompt: "Hello?", reply: "Hello." }] });
    await expect(ask(policy)).rejects.toMatchObject({ cause: { code: "REWARD_MODEL_REFUSED" } });
    const { id } = await ask(reward);
    expect(await admin.reward.result({ id })).toEqual({ state: "WAITING" });
    await expect(admin.reward.result({ id: policy })).rejects.toMatchObject({ cause: { code: "NOT_FOUND" } });
    await world.db.rateLimit.updateMany({ data: { tokens: 0, updatedAt: new Date(Date.now() + 60_000) } });
    await expect(ask(reward)).rejects.toMatchObject({ cause: { code: "RATE_LIMITED" } });
  });

  test("pairs of feedback and a dry run's memory", async () => {
    await insertPairs(
      world,
      world.admin.id,
      Array.from({ length: 24 }, (_, i) => `Prompt ${i}`),
    );
    const shape = { layers: 6, width: 256, heads: 8, kvHeads: 4, headWidth: 32, feedForward: 688, vocabulary: 2560 };
    await world.db.baseModel.updateMany({ data: { shape: { ...shape, tiedEmbeddings: true } } });
    const preview = await admin.run.preview({ method: "DPO", config: { rank: 8 }, seed: 4 });
    expect(preview.heldOut).toBeGreaterThan(0);
    expect(preview.advice.at(-1)!.key).toBe("ENOUGH");
    expect(preview.memoryBytes).toBeGreaterThan(20e6);
    expect(preview.command).toMatch(
      / --data pairs\.jsonl --out out\/ --seed 4 --config overLong=drop --config rank=8$/,
    );
  });
});
