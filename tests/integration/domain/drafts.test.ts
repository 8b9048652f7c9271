// Drafts side by side: how they begin, what may be chosen among them, and what follows from a choice.
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Viewer } from "../../../server/viewer.ts";
import { gate } from "../../helpers/scripted-engine.ts";
import { type Caller, finished, newKey, testWorld } from "../../helpers/world.ts";

const world = testWorld();
/** For what happens soon, on a machine with much else to do. */
const PATIENCE = { timeout: 30_000 };
let ann: Viewer;
let me: Caller;
beforeAll(async () => {
  ann = await world.person("Ann");
  me = world.as(ann);
});
beforeEach(() => {
  let count = 0;
  world.engine.script = () => [`Draft ${++count}.`];
});

/** Drafts that are all written. */
async function drafted(content = "Draft this.", caller = me) {
  const sent = await caller.message.send({ parentId: null, content, requestKey: newKey(), drafts: "always" });
  for (const { id } of sent.replies) await finished(caller, id);
  return { ...sent, drafts: sent.drafts! };
}

const pairsOf = async (promptId: string) => {
  const rows = await world.db.preferencePair.findMany({
    where: { promptId, status: { not: "RETRACTED" } },
    include: { raters: true },
  });
  return rows
    .map(({ chosenId, rejectedId, source, raters }) => ({
      chosenId,
      rejectedId,
      source,
      raters: raters.map((r) => r.raterId),
    }))
    .sort((a, b) => (a.chosenId + a.rejectedId < b.chosenId + b.rejectedId ? -1 : 1));
};

describe("beginning", () => {
  test("all drafts begin at once, none waiting for another, and nobody is told who speaks", async () => {
    const hold = gate();
    let running = 0;
    world.engine.script = () => {
      running++;
      return [hold.opened, "Said."];
    };
    await world.as(world.admin).setting.set({ draftCount: 3 });
    const { conversationId, prompt, reply, replies, drafts } = await me.message.send({
      ...{ parentId: null, content: "Three, please.", requestKey: newKey(), drafts: "always" },
    });
    await expect.poll(() => running, PATIENCE).toBe(3);
    hold.open();
    expect(drafts).toMatchObject({ promptId: prompt.id, choice: null });
    expect(replies.map(({ id }) => id)).toEqual(drafts!.shown);
    expect(reply.id).toBe(replies[0]!.id);
    for (const { id } of replies) expect(await finished(me, id)).toMatchObject({ content: "Said.", release: null });
    const view = await me.conversation.get({ id: conversationId });
    expect(view.drafts).toEqual([drafts]);
    expect(view.messages.filter(({ role }) => role === "ASSISTANT").map(({ release }) => release)).toEqual([
      null,
      null,
      null,
    ]);
    await me.feedback.choose({ comparisonId: drafts!.comparisonId, choice: { kind: "TIE" } });
    const after = await me.conversation.get({ id: conversationId });
    expect(after.messages.find(({ id }) => id === reply.id)?.release).toMatchObject({ number: 1 });
    const seeds = await world.db.message.findMany({ where: { parentId: prompt.id }, select: { seed: true } });
    expect(new Set(seeds.map(({ seed }) => seed)).size).toBe(3);
    await world.as(world.admin).setting.set({ draftCount: 2 });
  });

  test("left out means one reply; the same request again makes nothing new", async () => {
    const plain = await me.message.send({ parentId: null, content: "Just one.", requestKey: newKey() });
    expect(plain).toMatchObject({ drafts: null, replies: [{ id: plain.reply.id }] });
    const request = { parentId: null, content: "Twice.", requestKey: newKey(), drafts: "always" as const };
    const answers = await Promise.all([1, 2, 3].map(() => me.message.send(request)));
    expect(new Set(answers.map(({ drafts }) => JSON.stringify(drafts))).size).toBe(1);
    expect(await world.db.message.count({ where: { parentId: answers[0]!.prompt.id } })).toBe(2);
  });

  test("auto goes by the share that is set, and never draws for who opted out", async () => {
    const admin = world.as(world.admin);
    const auto = async (caller: Caller, conversationId?: string) => {
      const { drafts } = await caller.message.send({
        ...{ conversationId, parentId: null, content: "Auto.", requestKey: newKey(), drafts: "auto" },
      });
      return drafts !== null;
    };
    await admin.setting.set({ draftShare: 0 });
    expect(await auto(me)).toBe(false);
    await admin.setting.set({ draftShare: 1 });
    expect(await auto(me)).toBe(true);
    const { conversationId } = await me.message.send({ parentId: null, content: "Mine alone.", requestKey: newKey() });
    await me.conversation.setTraining({ id: conversationId, optOut: true });
    expect(await auto(me, conversationId)).toBe(false);
    expect(await auto(me)).toBe(true);
    const shy = world.as(await world.person("Shy"));
    await shy.account.setTraining({ optOut: true });
    expect(await auto(shy)).toBe(false);
    await admin.setting.set({ draftShare: 0.1 });
  });

  test("which draft stands first is left to chance and kept", async () => {
    const firsts: boolean[] = [];
    for (let i = 0; i < 24; i++) {
      const { drafts, prompt } = await me.message.send({
        parentId: null,
        content: `Order ${i}.`,
        requestKey: newKey(),
        drafts: "always",
      });
      const rows = await world.db.message.findMany({
        where: { parentId: prompt.id },
        orderBy: { id: "asc" },
        select: { id: true },
      });
      firsts.push(drafts!.shown[0] === rows[0]!.id);
    }
    // Once in eight million runs chance alone gives 24 equal ones.
    expect(new Set(firsts).size).toBe(2);
  });

  test("another draft beside a reply: shown with it, joined by more, four at most", async () => {
    const { prompt, reply } = await me.message.send({ parentId: null, content: "One.", requestKey: newKey() });
    await finished(me, reply.id);
    const requestKey = newKey();
    const [first, again] = await Promise.all([1, 2].map(() => me.message.compare({ messageId: reply.id, requestKey })));
    // The replies themselves may be further along in the answer that came later.
    expect([again!.comparisonId, again!.shown]).toEqual([first!.comparisonId, first!.shown]);
    expect(first!.shown).toHaveLength(2);
    expect(first!.shown).toContain(reply.id);
    expect(first!.replies.map(({ id, release }) => [id, release])).toEqual(first!.shown.map((id) => [id, null]));
    await me.message.compare({ messageId: reply.id, requestKey: newKey() });
    const four = await me.message.compare({ messageId: first!.shown[1]!, requestKey: newKey() });
    expect(four.comparisonId).toBe(first!.comparisonId);
    expect(four.shown).toHaveLength(4);
    expect(four.shown.slice(0, 2)).toEqual(first!.shown);
    await expect(me.message.compare({ messageId: reply.id, requestKey: newKey() })).rejects.toMatchObject({
      cause: { code: "ILLEGAL_STATE" },
    });
    expect(await world.db.message.count({ where: { parentId: prompt.id } })).toBe(4);
    for (const id of four.shown) await finished(me, id);
    await me.feedback.choose({ comparisonId: four.comparisonId, choice: { kind: "PICK", messageId: reply.id } });
    const next = await me.message.compare({ messageId: reply.id, requestKey: newKey() });
    expect(next.comparisonId).not.toBe(four.comparisonId);
    expect(next.shown).toHaveLength(2);
  });
});

describe("choosing", () => {
  test("a pick prefers it to each other draft, and the conversation goes on from it", async () => {
    const { conversationId, prompt, drafts } = await drafted();
    const [first, second] = drafts.shown as [string, string];
    const chosen = await me.feedback.choose({
      comparisonId: drafts.comparisonId,
      choice: { kind: "PICK", messageId: second },
    });
    expect(chosen).toEqual({ ...drafts, choice: { kind: "PICK", messageId: second } });
    expect(await pairsOf(prompt.id)).toEqual([
      { chosenId: second, rejectedId: first, source: "CHOICE", raters: [ann.id] },
    ]);
    expect(await world.db.ranking.findMany({ where: { comparisonId: drafts.comparisonId } })).toMatchObject([
      { raterId: ann.id, shown: drafts.shown, allBad: false, withdrawnAt: null },
    ]);
    expect(await world.db.comparison.findUnique({ where: { id: drafts.comparisonId } })).toMatchObject({
      status: "DONE",
    });
    const next = await me.message.send({ conversationId, parentId: second, content: "Go on.", requestKey: newKey() });
    expect(next.prompt.parentId).toBe(second);
  });

  test("a tie and both bad prefer nothing; choosing again replaces; taking it back leaves nothing standing", async () => {
    const { prompt, drafts } = await drafted();
    const { comparisonId } = drafts;
    const [first, second] = drafts.shown as [string, string];
    const choose = (choice: Parameters<Caller["feedback"]["choose"]>[0]["choice"]) =>
      me.feedback.choose({ comparisonId, choice });
    expect((await choose({ kind: "TIE" })).choice).toEqual({ kind: "TIE" });
    expect(await pairsOf(prompt.id)).toEqual([]);
    await choose({ kind: "PICK", messageId: first });
    expect(await pairsOf(prompt.id)).toMatchObject([{ chosenId: first, rejectedId: second }]);
    await choose({ kind: "PICK", messageId: second });
    expect(await pairsOf(prompt.id)).toMatchObject([{ chosenId: second, rejectedId: first }]);
    expect((await choose({ kind: "BOTH_BAD" })).choice).toEqual({ kind: "BOTH_BAD" });
    expect(await pairsOf(prompt.id)).toEqual([]);
    await choose({ kind: "PICK", messageId: first });
    expect((await me.feedback.unchoose({ comparisonId })).choice).toBeNull();
    expect(await pairsOf(prompt.id)).toEqual([]);
    expect((await me.feedback.unchoose({ comparisonId })).choice).toBeNull();
    const log = await world.db.judgementEvent.findMany({ where: { promptId: prompt.id }, orderBy: { id: "asc" } });
    expect(log.map(({ judgement }) => (judgement as { choice: string } | null)?.choice ?? null)).toEqual([
      ...["TIE", "PICK", "PICK", "BOTH_BAD", "PICK"],
      null,
    ]);
    await choose({ kind: "PICK", messageId: first });
    expect(await world.db.ranking.count({ where: { comparisonId } })).toBe(1);
  });

  test("both bad asks annotators for something better, and a tie does not", async () => {
    const [tied, bad] = [await drafted("Tied."), await drafted("Bad.")];
    await me.feedback.choose({ comparisonId: tied.drafts.comparisonId, choice: { kind: "TIE" } });
    await me.feedback.choose({ comparisonId: bad.drafts.comparisonId, choice: { kind: "BOTH_BAD" } });
    const opened = await world.db.comparison.findMany({
      where: { promptId: { in: [tied.prompt.id, bad.prompt.id] }, reason: "DISLIKED" },
    });
    expect(opened.map(({ promptId }) => promptId)).toEqual([bad.prompt.id]);
  });

  test("waits for the last draft; a failed one is no choice, and being left alone is no preference", async () => {
    const hold = gate();
    let count = 0;
    world.engine.script = () => (++count === 1 ? ["Fine."] : [hold.opened, { fail: "INFERENCE_FAILED" as const }]);
    const { prompt, drafts } = await me.message.send({
      parentId: null,
      content: "One fails.",
      requestKey: newKey(),
      drafts: "always",
    });
    const { comparisonId, shown } = drafts!;
    const choose = (choice: Parameters<Caller["feedback"]["choose"]>[0]["choice"]) =>
      me.feedback.choose({ comparisonId, choice });
    await expect(choose({ kind: "PICK", messageId: shown[0]! })).rejects.toMatchObject({
      cause: { code: "REPLY_RUNNING" },
    });
    hold.open();
    const ends = [await finished(me, shown[0]!), await finished(me, shown[1]!)];
    const [fine, failed] = ends[0]!.status === "COMPLETE" ? shown : shown.toReversed();
    await expect(choose({ kind: "PICK", messageId: failed! })).rejects.toMatchObject({
      cause: { code: "REPLY_NOT_READY" },
    });
    await expect(choose({ kind: "TIE" })).rejects.toMatchObject({ cause: { code: "ILLEGAL_STATE" } });
    await expect(choose({ kind: "PICK", messageId: prompt.id })).rejects.toMatchObject({
      cause: { code: "NOT_FOUND" },
    });
    expect((await choose({ kind: "PICK", messageId: fine! })).choice).toEqual({ kind: "PICK", messageId: fine });
    expect(await pairsOf(prompt.id)).toEqual([]);
  });

  test("a draft that was stopped half-way teaches nothing, chosen or not", async () => {
    const hold = gate();
    let count = 0;
    world.engine.script = () => (++count === 1 ? ["Whole."] : ["Half", hold.opened, " never said"]);
    const { prompt, replies, drafts } = await me.message.send({
      parentId: null,
      content: "Stop one.",
      requestKey: newKey(),
      drafts: "always",
    });
    await expect
      .poll(() => world.db.messageEvent.count({ where: { messageId: { in: drafts!.shown } } }), PATIENCE)
      .toBeGreaterThanOrEqual(2);
    for (const { id } of replies) await me.message.stop({ messageId: id });
    for (const { id } of replies) await finished(me, id);
    for (const messageId of drafts!.shown) {
      await me.feedback.choose({ comparisonId: drafts!.comparisonId, choice: { kind: "PICK", messageId } });
      expect(await pairsOf(prompt.id)).toEqual([]);
    }
  });
});
