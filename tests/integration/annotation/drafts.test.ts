// Drafting for annotators: in idle time only, one at a time among all processes, giving way to people, and never shown in the chat.
import { beforeEach, describe, expect, test } from "vitest";
import { openComparisonFor } from "../../../server/domain/comparison-open.ts";
import { DraftWorker } from "../../../server/domain/draft-worker.ts";
import { ReplyHub } from "../../../server/domain/reply-hub.ts";
import { reapReplies } from "../../../server/domain/reply-log.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { prompted } from "../../helpers/annotation.ts";
import { gate } from "../../helpers/scripted-engine.ts";
import { finished, newKey, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let asker: Viewer;
let people = 0;
let said = 0;

beforeEach(async () => {
  await world.db.comparison.deleteMany();
  await world.db.user.updateMany({ where: { role: "ANNOTATOR" }, data: { role: "USER" } });
  world.engine.up = true;
  world.engine.script = () => [`Draft ${++said}.`];
  asker = await world.person(`Asker${++people}`);
  await world.person(`Annotator${people}`, "ANNOTATOR");
});

const worker = (replies = world.services.replies) => new DraftWorker({ ...world.services, replies });

async function disliked(replies: readonly string[] = ["Bad."]) {
  const made = await prompted(world, asker.id, replies);
  const id = await openComparisonFor(world.db, { promptId: made.promptId, reason: "DISLIKED" });
  return { ...made, id: id! };
}
const comparisonOf = (id: string) =>
  world.db.comparison.findUniqueOrThrow({
    where: { id },
    include: { candidates: { orderBy: { ordinal: "asc" }, include: { message: true } } },
  });
const draftsOf = (promptId: string) =>
  world.db.message.findMany({ where: { parentId: promptId, forComparison: true }, orderBy: { createdAt: "asc" } });

/** Steps until the comparison leaves DRAFTING, or as often as told. */
async function drafted(id: string, by = worker(), most = 20) {
  for (let i = 0; i < most; i++) {
    await by.step();
    await by.settled();
    if ((await comparisonOf(id)).status !== "DRAFTING") break;
  }
  return comparisonOf(id);
}

test("the live policy fills up what was disliked to four replies, each with its release, tokens and seed", async () => {
  const made = await disliked();
  const done = await drafted(made.id);
  expect(done.status).toBe("OPEN");
  expect(done.candidates.map(({ message }) => message.content)[0]).toBe("Bad.");
  expect(done.candidates).toHaveLength(4);
  for (const { message } of done.candidates.slice(1)) {
    expect(message).toMatchObject({ forComparison: true, status: "COMPLETE", conversationId: made.conversationId });
    expect(message.deploymentId).not.toBeNull();
    expect(message.tokenIds.length).toBe(message.content.length);
  }
  expect(new Set(done.candidates.map(({ message }) => message.seed)).size).toBe(4);
  const { messages } = await world.as(asker).conversation.get({ id: made.conversationId });
  expect(messages.map(({ id }) => id).sort()).toEqual([made.promptId, ...made.replyIds].sort());
});

test("replies that are there are used before any is drafted; the same words twice are one", async () => {
  const { id, promptId } = await disliked(["a", "b", "b ", "c", "d", ""]);
  const done = await drafted(id);
  expect(done.candidates.map(({ message }) => message.content)).toEqual(["a", "b", "c", "d"]);
  expect(await draftsOf(promptId)).toEqual([]);
});

test("nothing is drafted while a person's reply is being written, and opening what is complete does not wait", async () => {
  const speech = gate();
  world.engine.script = () => [speech.opened, "At last."];
  const { reply } = await world.as(asker).message.send({ parentId: null, content: "Hello?", requestKey: newKey() });
  const waiting = await disliked();
  const complete = await disliked(["a", "b", "c", "d"]);
  await drafted(complete.id, worker(), 3);
  expect((await comparisonOf(complete.id)).status).toBe("OPEN");
  expect(await draftsOf(waiting.promptId)).toEqual([]);
  speech.open();
  await finished(world.as(asker), reply.id);
});

test("a draft stops as soon as somebody asks, is forgotten, and is made later", async () => {
  const speech = gate();
  world.engine.script = () => ["Once upon ", speech.opened, "a time."];
  const { id, promptId } = await disliked();
  const by = worker();
  await by.step();
  expect(await draftsOf(promptId)).toMatchObject([{ forComparison: true }]);
  const person = gate();
  world.engine.script = () => [person.opened, "Here."];
  const { reply } = await world.as(asker).message.send({ parentId: null, content: "Now!", requestKey: newKey() });
  await by.step();
  await by.settled();
  expect((await draftsOf(promptId)).map(({ status, endReason }) => [status, endReason])).toEqual([
    ["INTERRUPTED", "ABORTED"],
  ]);
  person.open();
  await finished(world.as(asker), reply.id);
  world.engine.script = () => [`Draft ${++said}.`];
  expect((await drafted(id, by)).status).toBe("OPEN");
  expect((await draftsOf(promptId)).map(({ status }) => status)).toEqual(["COMPLETE", "COMPLETE", "COMPLETE"]);
});

test("of several processes one drafts at a time", async () => {
  const speech = gate();
  let speaking = 0;
  let most = 0;
  world.engine.script = () => {
    most = Math.max(most, ++speaking);
    return [speech.opened, `Draft ${++said}.`];
  };
  const { promptId } = await disliked();
  await disliked();
  const processes = [1, 2, 3, 4].map(() => worker(new ReplyHub()));
  await Promise.all(processes.map((one) => one.step()));
  await Promise.all(processes.map((one) => one.step()));
  expect(await world.db.message.count({ where: { status: { in: ["PENDING", "STREAMING"] } } })).toBe(1);
  speech.open();
  await Promise.all(processes.map((one) => one.settled()));
  expect(most).toBe(1);
  expect((await draftsOf(promptId)).length).toBeLessThanOrEqual(1);
});

test("a process that died with a draft is taken over from", async () => {
  const { id, promptId } = await disliked();
  world.engine.script = () => [gate().opened];
  const dead = worker(new ReplyHub());
  const asked = world.engine.requests.length;
  await dead.step();
  await expect.poll(() => world.engine.requests.length).toBe(asked + 1); // its first beat has arrived
  const [draft] = await draftsOf(promptId);
  // Its heart stops: the row is as a killed process leaves it.
  await world.db.message.update({
    where: { id: draft!.id },
    data: { heartbeatAt: new Date(Date.now() - 60_000) },
  });
  expect(await reapReplies(world.db)).toEqual([draft!.id]);
  world.engine.script = () => [`Draft ${++said}.`];
  expect((await drafted(id)).candidates).toHaveLength(4);
  expect((await draftsOf(promptId)).map((row) => row.id)).not.toContain(draft!.id);
  await dead.close();
});

test("while the model is away nothing is tried, and nothing is lost", async () => {
  const { id, promptId } = await disliked();
  world.engine.up = false;
  await drafted(id, worker(), 5);
  expect(await draftsOf(promptId)).toEqual([]);
  expect((await comparisonOf(id)).status).toBe("DRAFTING");
  world.engine.up = true;
  expect((await drafted(id)).status).toBe("OPEN");
});

test("while people judge, the machine is theirs", async () => {
  const { id, promptId } = await disliked();
  const judged = (at: Date) =>
    world.db.judgementEvent.create({
      data: { promptId, raterId: asker.id, kind: "FEEDBACK", subjectId: promptId, judgement: {}, at },
    });
  await judged(new Date());
  await drafted(id, worker(), 3);
  expect(await draftsOf(promptId)).toEqual([]);
  await judged(new Date(Date.now() - 60_000)); // the last word counts
  expect((await drafted(id)).status).toBe("OPEN");
});

describe("a prompt to which the model has little to say", () => {
  test("is compared with what there is", async () => {
    world.engine.script = () => ["Always the same."];
    const { id, promptId } = await disliked();
    const done = await drafted(id);
    expect(done.candidates.map(({ message }) => message.content)).toEqual(["Bad.", "Always the same."]);
    expect(await draftsOf(promptId)).toHaveLength(8);
  });

  test("is given up when there is nothing to compare", async () => {
    world.engine.script = () => [{ fail: "CONTEXT_OVERFLOW" }];
    const { id } = await disliked();
    expect((await drafted(id)).status).toBe("CLOSED");
  });
});

describe("nothing is drafted that nobody could judge:", () => {
  const never = async (id: string) => {
    await drafted(id, worker(), 3);
    return (await comparisonOf(id)).status;
  };

  test("for a lone admin's own conversation, until there is somebody else", async () => {
    await world.db.user.updateMany({ where: { role: "ANNOTATOR" }, data: { role: "USER" } });
    const made = await prompted(world, world.admin.id, ["Bad."]);
    const id = await openComparisonFor(world.db, { promptId: made.promptId, reason: "DISLIKED" });
    expect(await never(id!)).toBe("DRAFTING");
    expect(await draftsOf(made.promptId)).toEqual([]);
    await world.person(`Help${people}`, "ANNOTATOR");
    expect((await drafted(id!)).status).toBe("OPEN");
  });

  test("of a conversation that was opted out or deleted", async () => {
    for (const data of [{ trainingOptOut: true }, { deletedAt: new Date() }]) {
      const { id, conversationId, promptId } = await disliked();
      await world.db.conversation.update({ where: { id: conversationId }, data });
      expect(await never(id)).toBe("DRAFTING");
      expect(await draftsOf(promptId)).toEqual([]);
    }
  });
});

describe("opening", () => {
  test("is done once for a prompt, and not at all where it may not be shown", async () => {
    const { promptId, conversationId } = await disliked();
    const again = (reason: "DISLIKED" | "REQUESTED") => openComparisonFor(world.db, { promptId, reason });
    expect(await again("DISLIKED")).toBeNull();
    expect(await again("REQUESTED")).toBeNull();
    await world.db.comparison.updateMany({ data: { status: "CLOSED", closedAt: new Date() } });
    expect(await again("DISLIKED")).toBeNull();
    await world.db.conversation.update({ where: { id: conversationId }, data: { trainingOptOut: true } });
    expect(await again("REQUESTED")).toBeNull();
    await world.db.conversation.update({ where: { id: conversationId }, data: { trainingOptOut: false } });
    expect(await again("REQUESTED")).not.toBeNull();
  });

  test("of a person who opted out wholly is not done, and thumbs at once open one", async () => {
    const made = await prompted(world, asker.id, ["a", "b", "c"]);
    const me = world.as(asker);
    await Promise.all(made.replyIds.map((messageId) => me.feedback.set({ messageId, value: -1 })));
    const opened = await world.db.comparison.findMany({ where: { promptId: made.promptId } });
    expect(opened).toMatchObject([{ reason: "DISLIKED", status: "DRAFTING", priority: 2, wanted: 2 }]);
    await me.account.setTraining({ optOut: true });
    expect(await world.db.comparison.findFirst({ where: { promptId: made.promptId } })).toMatchObject({
      status: "CLOSED",
    });
    const later = await prompted(world, asker.id, ["d"]);
    expect(await openComparisonFor(world.db, { promptId: later.promptId, reason: "REQUESTED" })).toBeNull();
  });
});
