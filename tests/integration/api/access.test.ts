// Who may call what, and whose rows they reach: asked of the router itself, so that a new procedure fails here first.
import { beforeAll, describe, expect, test } from "vitest";
import { appRouter } from "../../../server/api/root.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { ratedPrompt, train } from "../../helpers/loop.ts";
import { finished, follow, newKey, testWorld } from "../../helpers/world.ts";

const forAdmins = (router: string, names: string) =>
  Object.fromEntries(names.split(" ").map((name) => [`${router}.${name}`, "ADMIN"]));

const EXPECTED_ROLES: Record<string, string> = {
  "viewer.me": "PUBLIC",
  "viewer.signUpOpen": "PUBLIC",
  "viewer.providers": "PUBLIC",
  "viewer.signUp": "PUBLIC",
  "viewer.confirm": "USER",
  "session.list": "USER",
  "session.end": "USER",
  "session.endOthers": "USER",
  ...forAdmins("invite", "list create revoke"),
  ...forAdmins("reset", "create"),
  "invite.look": "PUBLIC",
  "invite.accept": "PUBLIC",
  "reset.look": "PUBLIC",
  "reset.use": "PUBLIC",
  "conversation.list": "USER",
  "conversation.get": "USER",
  "conversation.rename": "USER",
  "conversation.setTraining": "USER",
  "conversation.delete": "USER",
  "conversation.restore": "USER",
  "message.send": "USER",
  "message.regenerate": "USER",
  "message.compare": "USER",
  "message.stop": "USER",
  "message.stream": "USER",
  "feedback.set": "USER",
  "feedback.clear": "USER",
  "feedback.reasons": "USER",
  "feedback.choose": "USER",
  "feedback.unchoose": "USER",
  "feedback.edit": "USER",
  "feedback.withdrawEdit": "USER",
  "feedback.mine": "USER",
  "account.get": "USER",
  "account.consent": "USER",
  "account.setTraining": "USER",
  "account.changePassword": "USER",
  "account.delete": "USER",
  "apiKey.list": "USER",
  "apiKey.create": "USER",
  "apiKey.revoke": "USER",
  "overview.get": "ADMIN",
  "overview.figures": "ADMIN",
  "run.list": "ADMIN",
  "run.get": "ADMIN",
  "run.options": "ADMIN",
  "run.preview": "ADMIN",
  "run.create": "ADMIN",
  "run.samples": "ADMIN",
  "run.cancel": "ADMIN",
  "run.logs": "ADMIN",
  "run.metrics": "ADMIN",
  ...forAdmins("adapter", "list get tags compare card update retire unretire startMerge mergeState retention"),
  "reward.score": "ADMIN",
  "reward.result": "ADMIN",
  "system.get": "ADMIN",
  "schedule.list": "ADMIN",
  "schedule.get": "ADMIN",
  "schedule.create": "ADMIN",
  "schedule.update": "ADMIN",
  "schedule.setEnabled": "ADMIN",
  "schedule.delete": "ADMIN",
  "schedule.runNow": "ADMIN",
  "schedule.dryRun": "ADMIN",
  "schedule.history": "ADMIN",
  "schedule.cancelFiring": "ADMIN",
  "schedule.upcoming": "ADMIN",
  "cost.months": "ADMIN",
  ...forAdmins("gate", "list get mayGoLive request cancel decide tasteNext taste tasteResult"),
  ...forAdmins("check", "list create update delete tryOut"),
  "deployment.list": "ADMIN",
  "deployment.activate": "ADMIN",
  "deployment.rollback": "ADMIN",
  "deployment.traffic": "ADMIN",
  "deployment.startCanary": "ADMIN",
  "deployment.advanceCanary": "ADMIN",
  "deployment.pauseCanary": "ADMIN",
  "deployment.resumeCanary": "ADMIN",
  "deployment.startArm": "ADMIN",
  "deployment.setShare": "ADMIN",
  "deployment.stopArm": "ADMIN",
  "deployment.freeze": "ADMIN",
  "deployment.unfreeze": "ADMIN",
  "dataset.list": "ADMIN",
  "dataset.get": "ADMIN",
  "dataset.upload": "ADMIN",
  "dataset.preview": "ADMIN",
  "dataset.freeze": "ADMIN",
  "dataset.statistics": "ADMIN",
  "dataset.compare": "ADMIN",
  "dataset.exportReport": "ADMIN",
  "dataset.scan": "ADMIN",
  "dataset.redact": "ADMIN",
  "pair.list": "ADMIN",
  "pair.get": "ADMIN",
  "pair.setQuarantine": "ADMIN",
  "import.list": "ADMIN",
  "import.get": "ADMIN",
  "import.begin": "ADMIN",
  "import.acceptBad": "ADMIN",
  "import.cancel": "ADMIN",
  "annotation.next": "ANNOTATOR",
  "annotation.submit": "ANNOTATOR",
  "annotation.skip": "ANNOTATOR",
  "annotation.renew": "ANNOTATOR",
  "annotation.undo": "ANNOTATOR",
  "annotation.progress": "ANNOTATOR",
  "annotation.guidelines": "ANNOTATOR",
  "comparison.queue": "ADMIN",
  "comparison.list": "ADMIN",
  "comparison.get": "ADMIN",
  "comparison.request": "ADMIN",
  "comparison.setGold": "ADMIN",
  "comparison.close": "ADMIN",
  "comparison.reopen": "ADMIN",
  "people.list": "ADMIN",
  "people.setRole": "ADMIN",
  "people.setDisabled": "ADMIN",
  "people.sessions": "ADMIN",
  "people.endSessions": "ADMIN",
  "webhook.list": "ADMIN",
  "webhook.create": "ADMIN",
  "webhook.update": "ADMIN",
  "webhook.delete": "ADMIN",
  "webhook.test": "ADMIN",
  "webhook.retry": "ADMIN",
  "audit.list": "ADMIN",
  "setting.get": "ADMIN",
  "setting.set": "ADMIN",
  "lineage.adapter": "ADMIN",
  "lineage.judgement": "ADMIN",
  "lineage.pair": "ADMIN",
  "erasure.preview": "ADMIN",
  "erasure.run": "ADMIN",
  "erasure.list": "ADMIN",
  "erasure.get": "ADMIN",
  "erasure.retrain": "ADMIN",
  "trust.agreement": "ADMIN",
  "trust.raters": "ADMIN",
  "trust.rater": "ADMIN",
  "trust.setQuarantine": "ADMIN",
  "trust.recompute": "ADMIN",
  "trust.strengths": "ADMIN",
};

interface Procedure {
  _def: { meta?: { role: string }; type: "query" | "mutation" | "subscription" };
}
const procedures = appRouter._def.procedures as unknown as Record<string, Procedure>;
const rolesByPath = () => Object.fromEntries(Object.entries(procedures).map(([path, p]) => [path, p._def.meta?.role]));

const world = testWorld();
let ann: Viewer;
let ben: Viewer;
let owned: Awaited<ReturnType<typeof ratedPrompt>>;
let apiKeyId: string;
let comparisonId: string;
let editedId: string;
let adminIds: Record<string, string>;

beforeAll(async () => {
  let count = 0;
  world.engine.script = () => [`Ann's secret ${++count}.`];
  [ann, ben] = [await world.person("Ann"), await world.person("Ben", "ANNOTATOR")];
  owned = await ratedPrompt(world.as(ann), "My secret?");
  const drafts = await world.as(ann).message.compare({ messageId: owned.chosenId, requestKey: newKey() });
  for (const { id } of drafts.replies) await finished(world.as(ann), id);
  comparisonId = drafts.comparisonId;
  const text = { messageId: owned.rejectedId, content: "Ann's secret, rewritten.", requestKey: newKey() };
  editedId = (await world.as(ann).feedback.edit(text)).id;
  apiKeyId = (await world.as(ann).apiKey.create({ name: "laptop" })).id;
  const run = await world.as(world.admin).run.create({ method: "DPO" });
  adminIds = { runId: run.id, datasetId: run.datasetId, adapterId: await train(world, run.id) };
});

/** Valid input for every procedure that takes one, with Ann's ids. */
const inputs = (): Record<string, unknown> => ({
  "viewer.signUp": { email: "new@example.com", name: "New", password: "long enough" },
  "viewer.confirm": { password: "a guess" },
  "session.end": { id: owned.chosenId },
  "invite.create": { email: null, role: "USER" },
  "invite.revoke": { id: owned.chosenId },
  "invite.look": { token: "a guess" },
  "reset.create": { userId: ann.id },
  "reset.look": { token: "a guess" },
  "reset.use": { token: "a guess", password: "long enough" },
  "invite.accept": { token: "a guess", email: "new@example.com", name: "New", password: "long enough" },
  "conversation.list": {},
  "conversation.get": { id: owned.conversationId },
  "conversation.rename": { id: owned.conversationId, title: "Mine now" },
  "conversation.setTraining": { id: owned.conversationId, optOut: true },
  "conversation.delete": { id: owned.conversationId },
  "conversation.restore": { id: owned.conversationId },
  "message.send": {
    conversationId: owned.conversationId,
    parentId: owned.chosenId,
    content: "Tell me.",
    requestKey: newKey(),
  },
  "message.regenerate": { messageId: owned.chosenId, requestKey: newKey() },
  "message.compare": { messageId: owned.chosenId, requestKey: newKey() },
  "message.stop": { messageId: owned.chosenId },
  "message.stream": { messageId: owned.chosenId },
  "feedback.set": { messageId: owned.chosenId, value: -1 },
  "feedback.clear": { messageId: owned.chosenId },
  "feedback.choose": { comparisonId, choice: { kind: "PICK", messageId: owned.chosenId } },
  "feedback.unchoose": { comparisonId },
  "feedback.edit": { messageId: owned.chosenId, content: "Mine now.", requestKey: newKey() },
  "feedback.withdrawEdit": { messageId: editedId },
  "feedback.mine": {},
  "account.setTraining": { optOut: true },
  "account.changePassword": { current: "a guess", next: "long enough" },
  "account.delete": { email: "ann@example.com" },
  "apiKey.create": { name: "key" },
  "apiKey.revoke": { id: apiKeyId },
  "run.get": { id: adminIds.runId },
  "run.preview": { method: "DPO" },
  "run.create": { method: "DPO" },
  "run.samples": { id: adminIds.runId },
  "run.cancel": { id: adminIds.runId },
  "run.logs": { id: adminIds.runId },
  "run.metrics": { id: adminIds.runId },
  "adapter.get": { id: adminIds.adapterId },
  "adapter.compare": { a: adminIds.adapterId, b: adminIds.adapterId },
  "adapter.card": { id: adminIds.adapterId, language: "en" },
  "adapter.update": { id: adminIds.adapterId, tags: ["mine"] },
  "adapter.retire": { id: adminIds.adapterId },
  "adapter.unretire": { id: adminIds.adapterId },
  "adapter.startMerge": { id: adminIds.adapterId, type: "keep" },
  "adapter.mergeState": { id: adminIds.adapterId, type: "keep" },
  "deployment.activate": { adapterId: adminIds.adapterId },
  "deployment.startCanary": { adapterId: adminIds.adapterId },
  "deployment.startArm": { adapterId: adminIds.adapterId, share: 100 },
  "deployment.setShare": { deploymentId: adminIds.runId, share: 100 },
  "deployment.stopArm": { deploymentId: adminIds.runId },
  "deployment.freeze": { reason: "A try" },
  "dataset.get": { id: adminIds.datasetId },
  "dataset.upload": { kind: "TEXTS", name: "notes", text: "A text." },
  "reward.score": { adapterId: adminIds.adapterId, items: [{ prompt: "Hello?", reply: "Hello." }] },
  "reward.result": { id: adminIds.runId },
  "people.setRole": { userId: ann.id, role: "ADMIN" },
  "people.setDisabled": { userId: ann.id, disabled: true },
  "people.sessions": { userId: ann.id },
  "people.endSessions": { userId: ann.id },
  "webhook.create": { url: "https://hooks.example.com/", kinds: ["run.finished"] },
  "webhook.update": { id: owned.chosenId, enabled: false },
  "webhook.delete": { id: owned.chosenId },
  "webhook.test": { id: owned.chosenId },
  "webhook.retry": { id: owned.chosenId },
  "setting.set": { signUpOpen: false },
  "lineage.adapter": { id: adminIds.adapterId },
  "lineage.judgement": { kind: "FEEDBACK", subjectId: owned.chosenId },
  "lineage.pair": { id: adminIds.adapterId },
  "erasure.preview": { userId: ann.id },
  "erasure.run": { userId: ann.id },
  "erasure.get": { id: adminIds.adapterId },
  "erasure.retrain": { adapterId: adminIds.adapterId, erasureId: adminIds.adapterId },
});

async function call(viewer: Viewer | null, path: string, options?: { sameOrigin?: boolean }): Promise<unknown> {
  const [group, name] = path.split(".") as [string, string];
  const caller = world.as(viewer, options) as unknown as Record<string, Record<string, (input: unknown) => unknown>>;
  const answer = await caller[group]![name]!(inputs()[path]);
  if (procedures[path]!._def.type !== "subscription") return answer;
  const events: unknown[] = [];
  for await (const event of answer as AsyncIterable<unknown>) events.push(event);
  return events;
}

test("every procedure is for whom the table says", () => {
  expect(rolesByPath()).toEqual(EXPECTED_ROLES);
});

const needing = (role: string) => Object.keys(EXPECTED_ROLES).filter((path) => EXPECTED_ROLES[path] === role);

test.each(["USER", "ANNOTATOR", "ADMIN"].flatMap(needing))("visitors may not call %s", async (path) => {
  await expect(call(null, path)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
});

test.each(needing("ADMIN"))("annotators and people may not call %s", async (path) => {
  await expect(call(ann, path)).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(call(ben, path)).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test.each(needing("ANNOTATOR"))("people may not call %s", async (path) => {
  await expect(call(ann, path)).rejects.toMatchObject({ code: "FORBIDDEN" });
});

const mutations = Object.keys(EXPECTED_ROLES).filter((path) => procedures[path]?._def.type === "mutation");
test.each(mutations)("another site's page may not call %s", async (path) => {
  await expect(call(world.admin, path, { sameOrigin: false })).rejects.toMatchObject({
    cause: { code: "CROSS_ORIGIN" },
  });
});

describe("other people's ids", () => {
  const takingIds = Object.keys(EXPECTED_ROLES).filter(
    (path) => EXPECTED_ROLES[path] === "USER" && /^(conversation|message|feedback|apiKey)\./.test(path),
  );
  const reaching = takingIds.filter(
    (path) =>
      !["conversation.list", "feedback.reasons", "feedback.mine", "apiKey.list", "apiKey.create"].includes(path),
  );

  test.each(reaching)("%s answers a stranger, even an admin, as if the row were not there", async (path) => {
    const everything = async () =>
      JSON.stringify(
        await Promise.all([
          world.db.conversation.findMany({ where: { userId: ann.id } }),
          world.db.message.findMany({ where: { conversation: { userId: ann.id } }, orderBy: { id: "asc" } }),
          world.db.feedback.findMany(),
          world.db.edit.findMany(),
          world.db.ranking.findMany(),
          world.db.comparison.findMany({ orderBy: { id: "asc" } }),
          world.db.preferencePair.findMany(),
          world.db.apiKey.findMany({ where: { userId: ann.id } }),
        ]),
      );
    const before = await everything();
    const strangers = await Promise.all(
      [ben, world.admin].map((viewer) =>
        call(viewer, path).then(
          () => "answered",
          (error) => error,
        ),
      ),
    );
    for (const error of strangers) expect(error).toMatchObject({ code: "NOT_FOUND" });
    expect(await everything()).toBe(before);
    const [group, name] = path.split(".") as [string, string];
    const missing = JSON.parse(
      JSON.stringify(inputs()[path]).replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, () =>
        crypto.randomUUID(),
      ),
    );
    const caller = world.as(ben) as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>;
    const absent = await Promise.resolve(caller[group]![name]!(missing))
      .then(async (answer) => {
        for await (const _ of answer as AsyncIterable<unknown>);
      })
      .catch((error) => error);
    expect(absent.message).toBe(strangers[0].message);
  });

  test("lists show one's own rows only", async () => {
    expect((await world.as(ben).conversation.list({})).items).toEqual([]);
    expect((await world.as(ben).conversation.list({ search: "secret" })).items).toEqual([]);
    expect((await world.as(ben).feedback.mine({})).items).toEqual([]);
    expect((await world.as(ann).feedback.mine({})).items).not.toEqual([]);
    expect(await world.as(ben).apiKey.list()).toEqual([]);
    expect((await world.as(ann).conversation.list({})).items).toHaveLength(1);
  });

  test("a stranger's stream says nothing before it is refused", async () => {
    const heard: unknown[] = [];
    const listening = (async () => {
      for await (const event of follow(world.as(ben), owned.chosenId)) heard.push(event);
    })();
    await expect(listening).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(heard).toEqual([]);
  });
});

test("their owner may call them all", async () => {
  for (const path of [
    "conversation.get",
    "conversation.rename",
    "message.stop",
    "message.stream",
    "feedback.set",
    "feedback.clear",
    "feedback.choose",
    "feedback.unchoose",
    "feedback.withdrawEdit",
    "conversation.setTraining",
    "account.setTraining",
  ]) {
    await expect(call(ann, path)).resolves.toBeDefined();
  }
});
