// Erasing a person who wrote, judged, annotated and was trained on: nothing of theirs is left anywhere, and everything of others is.
import fs from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { beginSession, readCaller } from "../../../server/auth-session.ts";
import { reportFile } from "../../../server/domain/erasure-report.ts";
import { erasureReportFile } from "../../../server/domain/erasure-view.ts";
import { rebuildPairs } from "../../../server/domain/pair-rebuild.ts";
import { claimRun } from "../../../server/domain/run.ts";
import type { ErasurePreview, ErasureView } from "../../../server/domain/views.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { filesWith, tablesWith } from "../../helpers/database-text.ts";
import { ratedPrompt, train } from "../../helpers/loop.ts";
import { newKey, testWorld } from "../../helpers/world.ts";

/** Stands in everything that Ann writes, and in everything the model says to her. */
const MARK = "zebrafinch";

const world = testWorld();
let ann: Viewer;
let annsSession: string;
let ben: Viewer;
let cy: Viewer;
let bens: Awaited<ReturnType<typeof ratedPrompt>>;
let own: Awaited<ReturnType<typeof ratedPrompt>>;
let comparisons: { shared: string; annsAlone: string };
let adapters: { trained: string; continued: string };
let waitingRunId: string;
let datasetId: string;
let preview: ErasurePreview;
let before: { tables: string[]; dump: string };
let erasure: ErasureView;

/** A task about Ben's replies, as the draft worker leaves it. */
const task = (promptId: string, replies: string[]) =>
  world.db.comparison.create({
    data: {
      ...{ promptId, reason: "UNCOVERED", wanted: 2 },
      candidates: { create: replies.map((messageId, ordinal) => ({ messageId, ordinal })) },
    },
  });

/** Ranks whatever task comes next, in the order it is shown. */
async function rank(viewer: Viewer, extra: { rewrite?: string; comment?: string } = {}) {
  const next = await world.as(viewer).annotation.next();
  if (!next.task) throw new Error(`no task: ${next.why}`);
  const { assignmentId, replies } = next.task;
  await world.as(viewer).annotation.submit({
    ...{ assignmentId, allBad: false, durationMs: 1000, comment: extra.comment ?? null },
    ranks: replies.map(({ messageId }, i) => ({ messageId, rank: i + 1 })),
    rewrite: extra.rewrite ? { messageId: replies[0]!.messageId, content: extra.rewrite } : null,
  });
}

const everythingOf = async (userId: string) =>
  JSON.stringify(
    await Promise.all([
      world.db.conversation.findMany({ where: { userId }, orderBy: { id: "asc" } }),
      world.db.message.findMany({ where: { conversation: { userId }, edit: null }, orderBy: { id: "asc" } }),
      world.db.feedback.findMany({ where: { raterId: userId }, orderBy: { id: "asc" } }),
      world.db.preferencePair.findMany({
        where: { source: "FEEDBACK", prompt: { conversation: { userId } } },
        orderBy: { id: "asc" },
      }),
      world.db.judgementEvent.count({ where: { raterId: userId } }),
    ]),
  );

beforeAll(async () => {
  const { db } = world;
  ann = await world.person(`Ann${MARK}`, "ANNOTATOR");
  [ben, cy] = [await world.person("Ben"), await world.person("Cy", "ANNOTATOR")];
  let said = 0;
  world.engine.script = ({ messages }) =>
    JSON.stringify(messages).includes(MARK) ? [`Said of the ${MARK}: ${++said}.`] : [`Something else: ${++said}.`];

  const as = world.as(ann);
  own = await ratedPrompt(as, `What is a ${MARK}?`);
  await as.feedback.set({ messageId: own.chosenId, value: 1, comment: `Right about the ${MARK}` });
  await as.feedback.edit({ messageId: own.rejectedId, content: `The ${MARK} is a bird.`, requestKey: newKey() });
  await as.apiKey.create({ name: `${MARK} laptop` });
  await db.auditEvent.create({
    data: { actorId: ann.id, action: "user.signUp", subject: `User:${ann.id}`, after: { email: ann.email } },
  });
  const device = { ip: "203.0.113.7", userAgent: `A browser with a ${MARK}` };
  ({ id: annsSession } = await beginSession(db, { userId: ann.id, device }));
  const expiresAt = new Date(Date.now() + 3_600_000);
  const invite = { createdById: world.admin.id, email: ann.email, expiresAt };
  await db.invite.create({ data: { ...invite, tokenSha256: "used", usedAt: new Date(), usedById: ann.id } });
  await db.invite.create({ data: { ...invite, tokenSha256: "open" } });
  await db.rateLimit.create({ data: { key: `signIn:${ann.email}:::1`, tokens: 1, updatedAt: new Date() } });
  await world.services.scores.ask({ adapterId: ann.id, items: [{ prompt: MARK, reply: "A bird." }] });

  bens = await ratedPrompt(world.as(ben), "How are you?");
  const second = await ratedPrompt(world.as(ben), "And now?");
  await db.comparison.updateMany({ data: { status: "CLOSED", closedAt: new Date() }, where: { reason: "DISLIKED" } });
  const shared = await task(bens.promptId, [bens.chosenId, bens.rejectedId]);
  await rank(ann, { rewrite: `Well, says the ${MARK}.`, comment: `Both know no ${MARK}` });
  await rank(cy);
  const annsAlone = await task(second.promptId, [second.chosenId, second.rejectedId]);
  await rank(ann);
  comparisons = { shared: shared.id, annsAlone: annsAlone.id };

  const admin = world.as(world.admin);
  for (const kind of ["THUMBS", "DIALOGUES", "PROMPTS", "RANKINGS"] as const) await admin.dataset.freeze({ kind });
  const run = await admin.run.create({ method: "DPO" });
  datasetId = run.datasetId;
  await db.runSample.createMany({
    data: [`What is a ${MARK}?`, "How are you?"].map((content, ordinal) => ({
      ...{ runId: run.id, step: 0, ordinal, ended: true, reply: content.includes(MARK) ? MARK : "Fine." },
      prompt: [{ role: "user", content }],
    })),
  });
  const judged = await db.dataset.create({
    data: {
      ...{ kind: "PAIRS", origin: "AI", sha256: "a".repeat(64), trainPairs: 2, heldOutPairs: 0, leftOut: [] },
      items: {
        create: [`What is a ${MARK}?`, "How are you?"].map((content, ordinal) => ({
          ...{ ordinal, split: "TRAIN" as const, weight: 1 },
          content: {
            prompt: [{ role: "user", content }],
            chosen: { content },
            rejected: { content: "No." },
            weight: 1,
          },
        })),
      },
    },
  });
  await db.run.update({ where: { id: run.id }, data: { aiDatasetId: judged.id } });
  const trained = await train(world, run.id);
  const { id: gateId } = await db.gate.findFirstOrThrow({ where: { adapterId: trained } });
  await db.gateSample.createMany({
    data: [`What is a ${MARK}?`, "How are you?"].map((content, ordinal) => ({
      ...{
        gateId,
        ordinal,
        suite: "length",
        candidate: content,
        live: "Fine.",
        figures: {},
        telling: 1,
        flipped: false,
      },
      prompt: [{ role: "USER", content }],
    })),
  });
  const text = JSON.stringify({ prompt: "Hi", completion: "Hello." });
  const upload = await admin.dataset.upload({ kind: "DIALOGUES", name: "hellos", text: `${text}\n` });
  const next = await admin.run.create({
    ...{ method: "SFT", source: { from: "DATASET", id: upload.dataset!.id }, fromAdapterId: trained },
  });
  adapters = { trained, continued: await train(world, next.id) };
  waitingRunId = (await admin.run.create({ method: "DPO", source: { from: "DATASET", id: datasetId } })).id;
  const drafts = path.join(world.home, "checkpoints", waitingRunId);
  fs.mkdirSync(drafts, { recursive: true });
  fs.writeFileSync(path.join(drafts, "drafts.json"), JSON.stringify([MARK]));

  const begun = await db.import.create({
    data: {
      ...{ sha256: "d".repeat(64), format: "trl", kind: "DIALOGUES", name: `${MARK}.jsonl`, bytes: 100, problems: [] },
      createdById: ann.id,
      lines: { create: { number: 1, part: 0, hash: "1", promptKey: "1", content: { text: MARK } } },
    },
  });
  fs.mkdirSync(path.join(world.home, "imports"));
  fs.writeFileSync(path.join(world.home, "imports", `${begun.id}.part`), MARK);

  before = { tables: await tablesWith(world.url, MARK), dump: await everythingOf(ben.id) };
  preview = await admin.erasure.preview({ userId: ann.id });
  expect(await tablesWith(world.url, MARK)).toEqual(before.tables);
  erasure = await admin.erasure.run({ userId: ann.id });
});

test("the search finds the person wherever they were", () => {
  const tables = [
    "Import",
    "ImportLine",
    "ApiKey",
    "AuditEvent",
    "Conversation",
    "DatasetItem",
    "Feedback",
    "Message",
    "Ranking",
    "RateLimit",
  ];
  expect(before.tables).toEqual(
    expect.arrayContaining([...tables, "RunSample", "User"].map((name) => `public.${name}`)),
  );
  expect(before.tables).toContain("pgboss.job");
});

test("no table and no file holds a word of theirs", async () => {
  expect(await tablesWith(world.url, MARK)).toEqual([]);
  expect(filesWith(world.home, MARK)).toEqual([]);
});

test("no judgement of theirs is left", async () => {
  const raterId = ann.id;
  const { db } = world;
  const counts = await Promise.all([
    db.feedback.count({ where: { raterId } }),
    db.ranking.count({ where: { raterId } }),
    db.edit.count({ where: { authorId: raterId } }),
    db.assignment.count({ where: { raterId } }),
    db.judgementEvent.count({ where: { raterId } }),
    db.pairRater.count({ where: { raterId } }),
    db.datasetRater.count({ where: { raterId } }),
    db.raterTrust.count({ where: { raterId } }),
  ]);
  expect(counts).toEqual(counts.map(() => 0));
});

test("everything of others is as it was", async () => {
  expect(await everythingOf(ben.id)).toBe(before.dump);
  expect(await world.db.ranking.count({ where: { raterId: cy.id, comparisonId: comparisons.shared } })).toBe(1);
  const ranked = await world.db.preferencePair.findMany({ where: { source: "RANKING" }, include: { raters: true } });
  expect(ranked.flatMap(({ raters }) => raters.map(({ raterId }) => raterId))).toEqual([cy.id]);
  expect(await rebuildPairs(world.db, { repair: false })).toMatchObject({ differences: 0 });
});

test("Datasets lose the examples and say how many; the others stay", async () => {
  const rows = await world.db.dataset.findMany({
    include: { _count: { select: { pairs: true, items: true, raters: true } } },
  });
  for (const row of rows) {
    expect(row._count.pairs + row._count.items).toBe(row.trainPairs + row.heldOutPairs - row.erased);
    if (row.erased > 0) expect(row.statistics).toBeNull();
  }
  expect(rows.find(({ id }) => id === datasetId)!.erased).toBeGreaterThan(0);
  expect(rows.find(({ origin }) => origin === "AI")!.erased).toBe(1);
  expect(await world.db.runSample.count()).toBe(1);
  expect(await world.db.gateSample.count()).toBe(1);
});

test("only the id is left, and it cannot sign in", async () => {
  const row = await world.db.user.findUniqueOrThrow({ where: { id: ann.id } });
  expect(row).toMatchObject({ email: `erased-${ann.id}@erased.invalid`, name: null, passwordHash: null, role: "USER" });
  expect(row.erasedAt).toBeInstanceOf(Date);
  expect(await readCaller(world.db, annsSession)).toBeNull();
  expect(await world.db.session.count({ where: { userId: ann.id } })).toBe(0);
  // An open one without its address would let anybody in.
  expect(await world.db.invite.findMany()).toMatchObject([{ tokenSha256: "used", email: null, usedById: null }]);
  const admin = world.as(world.admin);
  expect((await admin.people.list()).map(({ id }) => id)).not.toContain(ann.id);
  const back = admin.people.setDisabled({ userId: ann.id, disabled: false });
  await expect(back).rejects.toMatchObject({ cause: { code: "NOT_FOUND" } });
});

describe("the report", () => {
  test("counts what the preview foretold", () => {
    expect(preview.refusal).toBeNull();
    expect(erasure.report.removed).toEqual(preview.removed);
    expect(erasure.report.removed).toMatchObject({
      conversations: 1,
      feedback: 2,
      rankings: 2,
      apiKeys: 1,
      runSamples: 1,
      edits: 2,
    });
    expect(preview.datasets.map(({ sha256, examples }) => ({ sha256, examples }))).toEqual(erasure.report.datasets);
    expect(preview.runs.map(({ id }) => id)).toEqual([waitingRunId]);
  });

  test("can be handed out: it names nobody, and its hash is of its bytes", async () => {
    const { text, sha256 } = await erasureReportFile(world.db, erasure.id);
    expect(sha256).toBe(erasure.sha256);
    expect(reportFile(JSON.parse(text))).toEqual({ text, sha256 });
    expect(text).not.toContain("@");
    expect(await world.db.auditEvent.count({ where: { action: "user.erase", subject: `User:${ann.id}` } })).toBe(1);
  });
});

describe("adapters", () => {
  test("are flagged where they learned from it, or continue one that did", () => {
    const flags = erasure.adapters.map(({ adapterId, inherited, live }) => ({ adapterId, inherited, live }));
    expect(flags).toEqual([
      { adapterId: adapters.trained, inherited: false, live: false },
      { adapterId: adapters.continued, inherited: true, live: false },
    ]);
    for (const { examples } of erasure.adapters) expect(examples).toBeGreaterThan(0);
  });

  test("a run that waited for the data is over, and none can be started on it", async () => {
    expect(await claimRun(world.db, { runId: waitingRunId, owner: "test" })).toBeNull();
    expect(await world.as(world.admin).run.get({ id: waitingRunId })).toMatchObject({ status: "CANCELLED" });
    const again = world.as(world.admin).run.create({ method: "DPO", source: { from: "DATASET", id: datasetId } });
    await expect(again).rejects.toMatchObject({ cause: { code: "DATASET_ERASED" } });
  });

  test("are trained anew without it, from an ancestor that is clean", async () => {
    const admin = world.as(world.admin);
    const what = { adapterId: adapters.trained, erasureId: erasure.id };
    const { runId } = await admin.erasure.retrain(what);
    const run = await world.db.run.findUniqueOrThrow({ where: { id: runId }, include: { dataset: true } });
    expect(run).toMatchObject({ method: "DPO", fromAdapterId: null, dataset: { erased: 0 } });
    expect(run.datasetId).not.toBe(datasetId);
    await expect(admin.erasure.retrain(what)).rejects.toMatchObject({ cause: { code: "ILLEGAL_STATE" } });
    const anew = await train(world, runId);

    const second = await admin.erasure.retrain({ adapterId: adapters.continued, erasureId: erasure.id });
    expect(await world.db.run.findUniqueOrThrow({ where: { id: second.runId } })).toMatchObject({
      method: "SFT",
      fromAdapterId: anew,
    });
    const clean = await train(world, second.runId);
    expect(await world.db.adapterFlag.count({ where: { adapterId: { in: [anew, clean] } } })).toBe(0);
    const view = await admin.erasure.get({ id: erasure.id });
    expect(view.adapters.map(({ retrainedBy }) => retrainedBy?.status)).toEqual(["SUCCEEDED", "SUCCEEDED"]);
    expect((await admin.lineage.adapter({ id: adapters.trained })).erasures).toMatchObject([
      { id: erasure.id, inherited: false },
    ]);
  });

  test("that are made of a flagged one later are flagged as well", async () => {
    const admin = world.as(world.admin);
    const uploads = await world.db.dataset.findFirstOrThrow({ where: { origin: "UPLOAD" } });
    const run = await admin.run.create({
      ...{ method: "SFT", source: { from: "DATASET", id: uploads.id }, fromAdapterId: adapters.trained },
    });
    const later = await train(world, run.id);
    expect(await world.db.adapterFlag.findMany({ where: { adapterId: later } })).toMatchObject([
      { erasureId: erasure.id, inherited: true },
    ]);
  });
});

test("a thumb on somebody else's reply goes too, and with it what was worked out from it", async () => {
  const { db } = world;
  const dora = await world.person("Dora");
  await db.feedback.create({ data: { messageId: bens.chosenId, raterId: dora.id, value: 1 } });
  const figures = { version: "1", value: {}, size: 0, tookMs: 0, at: new Date() };
  await db.figures.create({ data: { key: "of before the erasure", ...figures } });
  await world.as(world.admin).erasure.run({ userId: dora.id });
  expect(await db.feedback.count({ where: { raterId: dora.id } })).toBe(0);
  expect(await db.figures.count({ where: { key: "of before the erasure" } })).toBe(0);
});

test("nobody is erased twice, and the last admin not at all", async () => {
  const admin = world.as(world.admin);
  await expect(admin.erasure.run({ userId: ann.id })).rejects.toMatchObject({ cause: { code: "NOT_FOUND" } });
  await expect(admin.erasure.run({ userId: world.admin.id })).rejects.toMatchObject({ cause: { code: "LAST_ADMIN" } });
  expect(await admin.erasure.preview({ userId: world.admin.id })).toMatchObject({ refusal: "LAST_ADMIN" });
  expect(await world.db.user.findUnique({ where: { id: world.admin.id } })).toMatchObject({ disabledAt: null });
});
