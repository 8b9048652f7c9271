// What people decide about their data: consent, opting out, and what became of everything they judged.
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { freezeDataset } from "../../../server/domain/dataset.ts";
import { currentSelection } from "../../../server/domain/dataset-source.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { ratedPrompt, train } from "../../helpers/loop.ts";
import { type Caller, finished, newKey, testWorld } from "../../helpers/world.ts";

const world = testWorld();
let ann: Viewer;
let me: Caller;
let people = 0;
beforeEach(async () => {
  let count = 0;
  world.engine.script = () => [`Draft ${++count}.`];
  ann = await world.person(`Ann${++people}`);
  me = world.as(ann);
});

const asked = (promptId: string) => world.db.comparison.findMany({ where: { promptId, reason: { not: "CHAT" } } });

async function disliked(caller = me, conversationId?: string) {
  const sent = await caller.message.send({ conversationId, parentId: null, content: "Well?", requestKey: newKey() });
  await finished(caller, sent.reply.id);
  await caller.feedback.set({ messageId: sent.reply.id, value: -1 });
  return sent;
}

describe("the account", () => {
  test("shows the consent text as it is configured, and when it was read", async () => {
    const before = await me.account.get();
    expect(before).toMatchObject({ trainingOptOut: false, consentedAt: null, hasPassword: false });
    expect(before.consent.en).toMatch(/used to train/);
    const consent = { en: "Ours alone.", zh: "只属于我们。" };
    await world.as(world.admin).setting.set({ consentText: consent });
    const after = await me.account.consent();
    expect(after.consent).toEqual(consent);
    expect(after.consentedAt).toBeInstanceOf(Date);
    expect((await world.as(world.admin).account.get()).hasPassword).toBe(true);
  });

  test("counts what is the person's own", async () => {
    await ratedPrompt(me, "Count.");
    const { drafts, replies } = await me.message.send({
      parentId: null,
      content: "Drafts.",
      requestKey: newKey(),
      drafts: "always",
    });
    for (const { id } of replies) await finished(me, id);
    await me.feedback.choose({ comparisonId: drafts!.comparisonId, choice: { kind: "TIE" } });
    await me.feedback.edit({ messageId: replies[0]!.id, content: "Better.", requestKey: newKey() });
    expect((await me.account.get()).counts).toEqual({ conversations: 2, messages: 7, judgements: 4 });
    await me.feedback.unchoose({ comparisonId: drafts!.comparisonId });
    expect((await me.account.get()).counts.judgements).toBe(3);
  });
});

describe("opting out", () => {
  test("while a Dataset is being frozen is refused in words, and nothing is frozen", async () => {
    const { conversationId } = await ratedPrompt(me, "Not mine to give.");
    const selection = await currentSelection(world.db);
    await me.conversation.setTraining({ id: conversationId, optOut: true });
    const datasets = await world.db.dataset.count();
    const freezing = world.db.$transaction((tx) => freezeDataset(tx, selection));
    await expect(freezing).rejects.toMatchObject({ code: "CONFLICT", message: expect.stringMatching(/try again/) });
    expect(await world.db.dataset.count()).toBe(datasets);
  });

  test("of a conversation takes it off the annotators' queue and asks them no more; opting in lets later dislikes in", async () => {
    const { conversationId, prompt } = await disliked();
    expect(await asked(prompt.id)).toMatchObject([{ status: "DRAFTING", reason: "DISLIKED" }]);
    expect(await me.conversation.setTraining({ id: conversationId, optOut: true })).toMatchObject({
      id: conversationId,
      trainingOptOut: true,
    });
    expect(await asked(prompt.id)).toMatchObject([{ status: "CLOSED" }]);
    const second = await disliked(me, conversationId);
    expect(await asked(second.prompt.id)).toEqual([]);
    const { items } = await me.conversation.list({});
    expect(items.map(({ trainingOptOut }) => trainingOptOut)).toEqual([true]);
    expect((await me.conversation.get({ id: conversationId })).trainingOptOut).toBe(true);
    await me.conversation.setTraining({ id: conversationId, optOut: false });
    const third = await disliked(me, conversationId);
    expect(await asked(third.prompt.id)).toHaveLength(1);
  });

  test("wholly does so for every conversation, and for no one else's", async () => {
    const mine = [await disliked(), await disliked()];
    const ben = world.as(await world.person(`Ben${people}`));
    const theirs = await disliked(ben);
    expect(await me.account.setTraining({ optOut: true })).toMatchObject({ trainingOptOut: true });
    for (const { prompt } of mine) expect(await asked(prompt.id)).toMatchObject([{ status: "CLOSED" }]);
    expect(await asked(theirs.prompt.id)).toMatchObject([{ status: "DRAFTING" }]);
    const later = await disliked();
    expect(await asked(later.prompt.id)).toEqual([]);
  });

  test("keeps a conversation's pairs and thumbs out of a Dataset, drafts side by side untouched", async () => {
    const kept = await ratedPrompt(me, "Take this.");
    const secret = await ratedPrompt(me, "Not this.");
    const { drafts } = await me.message.send({
      ...{ conversationId: secret.conversationId, parentId: null },
      content: "Drafts.",
      requestKey: newKey(),
      drafts: "always",
    });
    await me.conversation.setTraining({ id: secret.conversationId, optOut: true });
    const { datasetId } = await world.as(world.admin).run.create({ method: "DPO" });
    const frozen = await world.db.datasetPair.findMany({ where: { datasetId }, include: { pair: true } });
    const prompts = frozen.map(({ pair }) => pair.promptId);
    expect(prompts).toContain(kept.promptId);
    expect(prompts).not.toContain(secret.promptId);
    expect(await world.db.comparison.findUnique({ where: { id: drafts!.comparisonId } })).toMatchObject({
      status: "OPEN",
    });
  });
});

describe("my feedback", () => {
  test("lists every kind with what it is about, newest first, and withdrawn ones not", async () => {
    const { conversationId, chosenId, rejectedId } = await ratedPrompt(me, "A question?");
    await me.feedback.set({ messageId: rejectedId, value: -1, reasons: ["wrong"], comment: "no" });
    const edited = await me.feedback.edit({ messageId: rejectedId, content: "As it should be.", requestKey: newKey() });
    const { drafts, replies } = await me.message.send({
      parentId: null,
      content: "Drafts?",
      requestKey: newKey(),
      drafts: "always",
    });
    for (const { id } of replies) await finished(me, id);
    const { comparisonId, shown } = drafts!;
    await me.feedback.choose({ comparisonId, choice: { kind: "PICK", messageId: shown[1]! } });
    const { items, nextCursor } = await me.feedback.mine({});
    expect(nextCursor).toBeNull();
    expect(items.map(({ kind, fate }) => [kind, fate])).toEqual([
      ["CHOICE", "WAITING"],
      ["EDIT", "WAITING"],
      ["FEEDBACK", "WAITING"],
      ["FEEDBACK", "WAITING"],
    ]);
    expect(items[0]).toMatchObject({
      prompt: "Drafts?",
      choice: "PICK",
      comparisonId,
      messageId: shown[1],
      value: null,
    });
    expect(items[1]).toMatchObject({
      prompt: "A question?",
      reply: expect.stringMatching(/^Draft/),
      edited: "As it should be.",
      messageId: edited.id,
    });
    expect(items[2]).toMatchObject({
      value: -1,
      reasons: ["wrong"],
      comment: "no",
      messageId: rejectedId,
      conversation: { id: conversationId, title: "A question?" },
    });
    expect((await me.feedback.mine({ kind: "EDIT" })).items.map(({ id }) => id)).toEqual([items[1]!.id]);
    expect((await me.feedback.mine({ kind: "RANKING" })).items).toEqual([]);
    await me.feedback.withdrawEdit({ messageId: edited.id });
    await me.feedback.unchoose({ comparisonId });
    await me.feedback.clear({ messageId: rejectedId });
    expect((await me.feedback.mine({})).items).toMatchObject([
      { kind: "FEEDBACK", messageId: chosenId, fate: "NO_PAIR" },
    ]);
  });

  test("pages go on where the last one ended, over all kinds", async () => {
    const sent = await me.message.send({ parentId: null, content: "Many.", requestKey: newKey() });
    await finished(me, sent.reply.id);
    const replies = [sent.reply.id];
    for (let i = 0; i < 34; i++)
      replies.push((await me.message.regenerate({ messageId: sent.reply.id, requestKey: newKey() })).id);
    for (const id of replies) await finished(me, id);
    for (const [i, messageId] of replies.entries()) {
      if (i % 3 === 0) await me.feedback.edit({ messageId, content: `Edit ${i}.`, requestKey: newKey() });
      else await me.feedback.set({ messageId, value: 1 });
    }
    const first = await me.feedback.mine({});
    expect(first.items).toHaveLength(30);
    const second = await me.feedback.mine({ cursor: first.nextCursor! });
    expect(second.nextCursor).toBeNull();
    const ids = [...first.items, ...second.items].map(({ id }) => id);
    expect(new Set(ids).size).toBe(35);
    await expect(me.feedback.mine({ cursor: "yesterday" })).rejects.toMatchObject({ cause: { code: "INVALID_INPUT" } });
  });

  test("says which Dataset's adapter learned from it, as which release, and what was opted out", async () => {
    const used = await ratedPrompt(me, "Learn this.");
    const run = await world.as(world.admin).run.create({ method: "DPO" });
    const adapterId = await train(world, run.id);
    expect((await me.feedback.mine({})).items.map(({ fate, releases }) => [fate, releases])).toEqual([
      ["USED", []],
      ["USED", []],
    ]);
    await world.as(world.admin).deployment.activate({ adapterId });
    const { sha256 } = await world.db.adapter.findUniqueOrThrow({ where: { id: adapterId } });
    const { number } = await world.db.deployment.findFirstOrThrow({ where: { adapterId } });
    for (const { releases } of (await me.feedback.mine({})).items) {
      expect(releases).toEqual([{ number, adapterSha256: sha256, live: true }]);
    }
    await world.as(world.admin).deployment.rollback();
    expect((await me.feedback.mine({})).items[0]!.releases).toEqual([{ number, adapterSha256: sha256, live: false }]);
    const later = await ratedPrompt(me, "Not this.");
    await me.conversation.setTraining({ id: later.conversationId, optOut: true });
    const fates = new Map((await me.feedback.mine({})).items.map(({ messageId, fate }) => [messageId, fate]));
    expect(fates.get(later.chosenId)).toBe("OPTED_OUT");
    expect(fates.get(used.chosenId)).toBe("USED");
  });

  test("shows annotators their rankings without whose conversation it was", async () => {
    const { promptId, chosenId, rejectedId } = await ratedPrompt(me, "Rank.");
    const cat = await world.person(`Cat${people}`, "ANNOTATOR");
    const { id } = await world.db.comparison.findFirstOrThrow({ where: { promptId, reason: "DISLIKED" } });
    await world.db.ranking.create({
      data: {
        ...{ comparisonId: id, raterId: cat.id, shown: [], durationMs: 1, comment: "close" },
        entries: {
          create: [
            { messageId: chosenId, rank: 2 },
            { messageId: rejectedId, rank: 1 },
          ],
        },
      },
    });
    const { items } = await world.as(cat).feedback.mine({ kind: "RANKING" });
    expect(items).toMatchObject([
      { kind: "RANKING", conversation: null, comparisonId: null, messageId: null, prompt: "Rank.", comment: "close" },
    ]);
    expect((await world.as(cat).feedback.mine({ kind: "CHOICE" })).items).toEqual([]);
  });
});

describe("settings", () => {
  let admin: Caller;
  beforeAll(() => {
    admin = world.as(world.admin);
  });

  test("begin with defaults, are kept, audited once each, and give way to defaults where a stored value makes no sense", async () => {
    const before = await admin.setting.get();
    expect(before).toMatchObject({ draftCount: 2, rankingsWanted: 2, goldShare: 0.1, raterBar: 0.6, leaseMinutes: 15 });
    const audited = await world.db.auditEvent.count({ where: { action: "setting.set" } });
    const guards = { ...before.guards, raterShare: 0.05 };
    expect(await admin.setting.set({ guards, rankingsWanted: 3, goldShare: before.goldShare })).toMatchObject({
      guards,
      rankingsWanted: 3,
    });
    const log = await world.db.auditEvent.findMany({
      where: { action: "setting.set" },
      orderBy: { id: "asc" },
      skip: audited,
    });
    expect(log.map(({ subject }) => subject).sort()).toEqual(["Setting:guards", "Setting:rankingsWanted"]);
    expect(log.find(({ subject }) => subject === "Setting:guards")).toMatchObject({
      before: { value: before.guards },
      after: { value: guards },
    });
    await world.db.setting.update({ where: { key: "rankingsWanted" }, data: { value: "many" } });
    expect((await admin.setting.get()).rankingsWanted).toBe(2);
    const { prompt } = await disliked();
    expect(await asked(prompt.id)).toMatchObject([{ wanted: 2 }]);
    await admin.setting.set({ rankingsWanted: 2, guards: before.guards });
    expect(await world.db.setting.findUnique({ where: { key: "rankingsWanted" } })).toMatchObject({ value: 2 });
  });

  test.each([
    [
      "two tags with one key",
      { feedbackReasons: [1, 2].map(() => ({ key: "same", sign: 1, label: { en: "Same", zh: "同" } })) },
    ],
    ["a tag without its Chinese", { feedbackReasons: [{ key: "new", sign: 1, label: { en: "New" } }] }],
    ["a share above one", { draftShare: 1.1 }],
    ["one draft side by side", { draftCount: 1 }],
    ["a key that is none", { coffee: true }],
  ])("%s is refused", async (_, input) => {
    await expect(admin.setting.set(input as object)).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });

  test("tags are what admins say: new ones can be given, removed ones no more, and thumbs keep what they had", async () => {
    const { chosenId, rejectedId } = await ratedPrompt(me, "Tags.");
    await me.feedback.set({ messageId: rejectedId, value: -1, reasons: ["wrong"] });
    const before = await me.feedback.reasons();
    await admin.setting.set({ feedbackReasons: [{ key: "rhymes", sign: 1, label: { en: "Rhymes", zh: "押韵" } }] });
    expect(await me.feedback.set({ messageId: chosenId, value: 1, reasons: ["rhymes"] })).toMatchObject({
      reasons: ["rhymes"],
    });
    await expect(me.feedback.set({ messageId: chosenId, value: 1, reasons: ["wrong"] })).rejects.toMatchObject({
      cause: { code: "INVALID_INPUT" },
    });
    expect(
      await me.feedback.set({ messageId: rejectedId, value: -1, reasons: ["wrong"], comment: "still" }),
    ).toMatchObject({ comment: "still" });
    await admin.setting.set({ feedbackReasons: before });
  });
});
