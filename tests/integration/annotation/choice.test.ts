// Active choice: contradictions, what a reward model is unsure of, and what nobody has judged; each with the figures it was chosen by.
import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { chooseActively, uncovered } from "../../../server/domain/active-choice.ts";
import { ReplyScorer } from "../../../server/domain/reply-score.ts";
import type { ScoreMessage } from "../../../server/domain/score-queue.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { MINUTE, openTask, prompted, rankNext, testQueue } from "../../helpers/annotation.ts";
import { testWorld } from "../../helpers/world.ts";

const world = testWorld();
let clock: ReturnType<typeof testQueue>["clock"];
let services: ReturnType<typeof testQueue>["services"];
let asker: Viewer;
let annotators: Viewer[];
let people = 0;

beforeEach(async () => {
  const { db } = world;
  await db.comparison.deleteMany();
  await db.conversation.updateMany({ data: { deletedAt: new Date() } });
  await db.preferencePair.deleteMany();
  await db.replyScore.deleteMany();
  await db.adapter.deleteMany();
  await db.user.updateMany({ where: { role: "ANNOTATOR" }, data: { role: "USER" } });
  ({ clock, services } = testQueue(world));
  asker = await world.person(`Asker${++people}`);
  annotators = await Promise.all(
    ["One", "Two", "Three", "Four", "Five"].map((name) => world.person(`${name}${people}`, "ANNOTATOR")),
  );
  await atWork(annotators[0]!.id);
});

/** Somebody had a task just now, about a conversation that is gone. */
async function atWork(raterId: string) {
  const { promptId, conversationId } = await prompted(world, asker.id, []);
  await world.db.conversation.update({ where: { id: conversationId }, data: { deletedAt: new Date() } });
  const lease = { raterId, expiresAt: new Date(), endedAt: new Date(), state: "EXPIRED" as const };
  const data = { promptId, reason: "REQUESTED" as const, status: "CLOSED" as const, closedAt: new Date() };
  await world.db.comparison.create({ data: { ...data, assignments: { create: lease } } });
}

const choose = () => chooseActively(world.db, new Date());
const comparisonOf = (promptId: string) =>
  world.db.comparison.findFirstOrThrow({
    where: { promptId, reason: { not: "CHAT" } },
    orderBy: { createdAt: "desc" },
  });

describe("contradictions", () => {
  const contest = async (made: { replyIds: string[] }, from = 0) => {
    for (const i of [0, 1]) {
      clock.advance(1000);
      await rankNext(services(), annotators[from + i]!.id, () => [made.replyIds[i]!]);
    }
  };
  const CONTESTED = { replies: ["x", "y"], wanted: 2 };

  test("between rankings are worth one more, twice at most", async () => {
    const made = await openTask(world, asker.id, CONTESTED);
    await contest(made);
    expect(await comparisonOf(made.promptId)).toMatchObject({ status: "DONE", wanted: 2 });
    expect(await choose()).toMatchObject({ disagreement: 1 });
    expect(await comparisonOf(made.promptId)).toMatchObject({
      ...{ id: made.id, status: "OPEN", wanted: 3, reason: "DISAGREEMENT" },
      why: { contradictions: 1, raters: 2 },
    });
    expect((await choose()).disagreement).toBe(0); // it is open already
    await rankNext(services(), annotators[2]!.id, () => [made.replyIds[0]!]);
    expect((await choose()).disagreement).toBe(1);
    await rankNext(services(), annotators[3]!.id, () => [made.replyIds[1]!]);
    expect((await choose()).disagreement).toBe(0);
    expect(await comparisonOf(made.promptId)).toMatchObject({ status: "DONE", wanted: 4 });
  });

  test("between people who were not asked open a Comparison of their own", async () => {
    const made = await prompted(world, asker.id, ["x", "y"]);
    const [x, y] = made.replyIds as [string, string];
    for (const [chosenId, rejectedId, source, raterId] of [
      [x, y, "FEEDBACK", asker.id],
      [y, x, "EDIT", annotators[0]!.id],
    ] as const) {
      await world.db.preferencePair.create({
        data: { promptId: made.promptId, chosenId, rejectedId, source, raters: { create: { raterId } } },
      });
    }
    expect((await choose()).disagreement).toBe(1);
    expect(await comparisonOf(made.promptId)).toMatchObject({ reason: "DISAGREEMENT", status: "DRAFTING" });
  });

  test("of one person with themselves are none", async () => {
    const made = await prompted(world, asker.id, ["x", "y"]);
    const [x, y] = made.replyIds as [string, string];
    for (const [chosenId, rejectedId, source] of [
      [x, y, "FEEDBACK"],
      [y, x, "CHOICE"],
    ] as const) {
      await world.db.preferencePair.create({
        data: { promptId: made.promptId, chosenId, rejectedId, source, raters: { create: { raterId: asker.id } } },
      });
    }
    expect((await choose()).disagreement).toBe(0);
  });
});

describe("what nobody has judged", () => {
  test("is asked about, most frequent first, until twenty tasks wait", async () => {
    const often = "How do I renew my passport at the town hall, and what do I need?";
    for (const mark of ["?", "!", "??"]) await prompted(world, asker.id, ["A."], often + mark);
    for (let i = 0; i < 25; i++)
      await prompted(world, asker.id, ["B."], `Tell me about number ${i} of ${randomUUID()}`);
    expect(await choose()).toEqual({ disagreement: 0, uncertain: 0, uncovered: 20 });
    const queue = await world.db.comparison.findMany({
      where: { reason: "UNCOVERED" },
      orderBy: { priority: "desc" },
      include: { prompt: true },
    });
    expect(queue[0]).toMatchObject({ reason: "UNCOVERED", status: "DRAFTING", why: { clusterSize: 3 } });
    expect(queue[0]!.prompt.content.startsWith(often)).toBe(true);
    expect(queue.filter(({ prompt }) => prompt.content.startsWith(often))).toHaveLength(1);
    expect(await choose()).toEqual({ disagreement: 0, uncertain: 0, uncovered: 0 });
  });

  test("is asked about only where somebody ranks", async () => {
    await prompted(world, asker.id, ["A."], "A question for which nobody has the time.");
    await world.db.assignment.updateMany({ data: { leasedAt: new Date(Date.now() - 15 * 24 * 60 * MINUTE) } });
    expect(await choose()).toEqual({ disagreement: 0, uncertain: 0, uncovered: 0 });
    await world.db.assignment.updateMany({ data: { leasedAt: new Date(Date.now() - 13 * 24 * 60 * MINUTE) } });
    expect(await choose()).toEqual({ disagreement: 0, uncertain: 0, uncovered: 1 });
  });

  test("leaves out what is judged, what was asked, follow-ups, and what nobody else could judge or may see", async () => {
    const judged = await prompted(world, asker.id, ["x", "y"], "Which of the two is the larger country, then?");
    await prompted(world, asker.id, ["z"], "Which of the two is the larger country then?");
    const [chosenId, rejectedId] = judged.replyIds as [string, string];
    await world.db.preferencePair.create({
      data: { promptId: judged.promptId, chosenId, rejectedId, source: "FEEDBACK" },
    });
    const optedOut = await prompted(world, asker.id, ["A."], "A private matter of some length, please.");
    await world.db.conversation.update({ where: { id: optedOut.conversationId }, data: { trainingOptOut: true } });
    await prompted(world, asker.id, [], "A question that was never answered by anyone.");
    await world.db.user.updateMany({ where: { role: "ANNOTATOR" }, data: { role: "USER" } });
    await prompted(world, world.admin.id, ["A."], "A question of the only person who annotates here.");
    expect(await choose()).toEqual({ disagreement: 0, uncertain: 0, uncovered: 0 });
  });

  test("is worked out without a database", () => {
    const prompt = (id: string, content: string) => ({ id, content });
    const long = "Explain to me how the tides of the sea come about, in simple words";
    expect(
      uncovered(
        [prompt("1", long), prompt("2", "What is a comet?"), prompt("3", `${long}.`), prompt("4", "What is rain?")],
        [{ content: "what is rain" }],
      ),
    ).toEqual([
      { promptId: "1", size: 2 },
      { promptId: "2", size: 1 },
    ]);
  });
});

describe("a reward model", () => {
  let adapterId: string;
  /** Answers as the trainer would: the score stands in the reply. */
  function trainer() {
    const asked: ScoreMessage[] = [];
    const state = { answers: true, forgets: false };
    const scores = {
      ask: async (message: ScoreMessage) => {
        asked.push(message);
        return String(asked.length - 1);
      },
      look: async (id: string) => {
        if (state.forgets) return null;
        const output = { scores: asked[Number(id)]!.items.map(({ reply }) => Number.parseFloat(reply)) };
        return state.answers ? { state: "completed", output } : { state: "active", output: null };
      },
    };
    return { asked, state, scorer: new ReplyScorer({ db: world.db, scores }) };
  }

  beforeEach(async () => {
    const { baseModelId } = await world.db.deployment.findFirstOrThrow({ where: { deactivatedAt: null } });
    const adapter = await world.db.adapter.create({
      data: {
        ...{ kind: "REWARD", status: "CANDIDATE", servable: false, baseModelId, rank: 8, alpha: 16 },
        ...{ sha256: randomUUID().replaceAll("-", "").repeat(2), path: "adapters/x", bytes: 1n, metrics: {} },
      },
    });
    adapterId = adapter.id;
  });

  test("that can hardly tell two replies apart brings their prompt onto the queue, the closest first", async () => {
    const close = await prompted(world, asker.id, ["1.1", "1.0"], "The close one.");
    const closer = await prompted(world, asker.id, ["0.51", "0.5"], "The closer one.");
    const clear = await prompted(world, asker.id, ["3", "0"], "The clear one.");
    const { asked, scorer } = trainer();
    const now = new Date();
    await scorer.step(now);
    await scorer.step(now);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      adapterId,
      items: expect.arrayContaining([{ prompt: "The clear one.", reply: "3" }]),
    });
    await scorer.step(now);
    expect(asked).toHaveLength(1); // everything is scored
    expect(await choose()).toMatchObject({ uncertain: 2 });
    const queue = await world.db.comparison.findMany({ where: { reason: "UNCERTAIN" }, orderBy: { priority: "desc" } });
    expect(queue.map(({ promptId }) => promptId)).toEqual([closer.promptId, close.promptId]);
    expect(queue[1]!.why).toMatchObject({ margin: 0.1, rewardModel: expect.stringMatching(/^[0-9a-f]{8}$/) });
    expect((await comparisonOf(clear.promptId)).reason).toBe("UNCOVERED");
  });

  test("orders tasks of the same reason: those it is unsure of come first", async () => {
    const clear = await openTask(world, asker.id, { replies: ["4", "0"] });
    const unsure = await openTask(world, asker.id, { replies: ["1", "1.01", "9"] });
    const { scorer } = trainer();
    for (let i = 0; i < 2; i++) await scorer.step(new Date());
    await choose();
    const queue = await world.db.comparison.findMany({ where: { reason: "DISLIKED" }, orderBy: { priority: "desc" } });
    expect(queue.map(({ id }) => id)).toEqual([unsure.id, clear.id]);
    for (const { priority } of queue) expect(Math.floor(priority)).toBe(2);
    expect(queue[0]!.why).toMatchObject({ margin: 0.01 });
  });

  test("is not asked while the trainer trains, is waited for, and is left alone for a while after a failure", async () => {
    await prompted(world, asker.id, ["1", "2"]);
    const { asked, state, scorer } = trainer();
    const { baseModelId } = await world.db.deployment.findFirstOrThrow({ where: { deactivatedAt: null } });
    const dataset = await world.db.dataset.create({
      data: { sha256: randomUUID().replaceAll("-", "").repeat(2), trainPairs: 1, heldOutPairs: 0, leftOut: [] },
    });
    const run = await world.db.run.create({
      data: {
        ...{ method: "DPO", status: "RUNNING", baseModelId, datasetId: dataset.id, config: {}, seed: 1, totalSteps: 1 },
        ...{ attempt: 1, leaseOwner: "test", leaseExpiresAt: new Date(Date.now() + MINUTE), startedAt: new Date() },
      },
    });
    await scorer.step(clock.now());
    expect(asked).toHaveLength(0);
    await world.db.run.delete({ where: { id: run.id } });
    await prompted(world, asker.id, ["1", "2"]);
    state.answers = false;
    for (let i = 0; i < 3; i++) await scorer.step(new Date());
    expect(asked).toHaveLength(1);
    state.forgets = true;
    const failedAt = Date.now();
    await scorer.step(new Date(failedAt));
    await scorer.step(new Date(failedAt + 9 * MINUTE));
    expect(asked).toHaveLength(1);
    await scorer.step(new Date(failedAt + 11 * MINUTE));
    expect(asked).toHaveLength(2);
  });
});
