// Three weeks of a place that gets better by itself, in minutes: a better adapter is promoted, a poisoned one refused, a subtly worse one taken away.
import { afterAll, beforeAll, expect, test } from "vitest";
import { canaryPlanSchema } from "../../../server/domain/views/deployment.ts";
import { gatePolicySchema } from "../../../server/domain/views/gate.ts";
import { scheduleInputSchema } from "../../../server/domain/views/schedule.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { type Chatters, chatters, type Heard, likes } from "../../helpers/chatters.ts";
import { testCalendar } from "../../helpers/clock.ts";
import { insertJudged, judgedPairs, type Recipe } from "../../helpers/gate-recipes.ts";
import { testPlace } from "../../helpers/place.ts";
import { type Caller, testWorld } from "../../helpers/world.ts";

/** In the third week Berlin is on summer time. Years ahead, since the first release is as old as the database's own clock says. */
const FIRST_MONDAY = Date.UTC(2032, 2, 15);
const DAY_MS = 86_400_000;
const [MON, TUE, WED, FRI, SUN] = [0, 1, 2, 4, 6];
const day = (week: number, weekday: number, time: string) =>
  new Date(FIRST_MONDAY + (7 * (week - 1) + weekday) * DAY_MS + Date.parse(`1970-01-01T${time}:00Z`));

const calendar = testCalendar(day(1, MON, "07:00"));
const world = testWorld();
const place = testPlace(world, calendar);
let admin: Caller;
let annotators: Viewer[];
let hired: Viewer[];
let chat: Chatters;
let scheduleId: string;

/** The shares of the defaults, with fewer replies: each of the starter's takes a tenth of a second of a processor. */
const PLAN = canaryPlanSchema.parse({
  stages: [
    { share: 10, leastReplies: 1, leastMinutes: 12 * 60 },
    { share: 100, leastReplies: 6, leastMinutes: 12 * 60 },
    { share: 500, leastReplies: 100, leastMinutes: 12 * 60 },
    { share: 1000, leastReplies: 0, leastMinutes: 0 },
  ],
});
/** After a scare: at half of the traffic three times as many people are heard. */
const CAREFUL = canaryPlanSchema.parse({
  stages: PLAN.stages.map((stage) => (stage.share === 500 ? { ...stage, leastReplies: 300 } : stage)),
});
/** A dozen pairs are held out of a hundred, and how fast a busy machine is shall not decide. All else is the default. */
const POLICY = gatePolicySchema.parse({ leastPairs: 8, speedRatio: 0.1 });
const DPO = { epochs: 3, batchSize: 8, rank: 8, alpha: 16, sampleEvery: 0, learningRate: 1.2e-3, beta: 0.05 };
/** Smaller steps, and closer to what it goes on from: forgets none of the check prompts. */
const GENTLER = { ...DPO, learningRate: 7e-4, beta: 0.2 };
const SEED = 7;
/** More than come in an ordinary week. */
const FLOOD = 150;
const schedule = (config: typeof DPO) =>
  scheduleInputSchema.parse({
    ...{ name: "Every Wednesday night", cron: "0 3 * * 3", timeZone: "Europe/Berlin", minNewPairs: FLOOD },
    pipeline: { stages: [{ method: "DPO", config }], promotion: "CANARY" },
  });

beforeAll(async () => {
  process.env.LOG_LEVEL = "silent";
  admin = world.as(world.admin, { engine: place.server.client });
  const all = (names: string[], role: "USER" | "ANNOTATOR") =>
    Promise.all(names.map((name) => world.person(name, role)));
  annotators = await all(["Ann", "Bea", "Cem", "Dan", "Eva", "Fei"], "ANNOTATOR");
  hired = await all(["Gus", "Hal", "Ivo", "Jan", "Kai", "Lev"], "ANNOTATOR");
  const people = await all(["Mia", "Noa", "Ole"], "USER");
  chat = chatters(world, { people, engine: place.server.client, seed: 3 });
  await admin.setting.set({ gatePolicy: POLICY, canaryPlan: PLAN });
  ({ id: scheduleId } = await admin.schedule.create(schedule(DPO)));
});

/** What happened, for whoever reads the output. */
const diary: string[] = [];
const note = (what: string, at = calendar.now()) =>
  void diary.push(`${at.toISOString().slice(0, 16).replace("T", " ")}  ${what}`);
afterAll(() => console.log(["", "Three weeks, UTC:", ...diary, ""].join("\n")));

async function judged(recipe: Recipe, count: number, raters: readonly Viewer[], seed: number): Promise<void> {
  const pairs = judgedPairs(recipe, count, seed);
  await insertJudged(world.db, { pairs, raterIds: raters.map(({ id }) => id), at: calendar.now() });
  note(`${count} pairs arrive ("${recipe}")`);
}

const firings = () => world.db.scheduleFiring.findMany({ where: { scheduleId }, orderBy: { firedAt: "asc" } });
const codes = (sentences: readonly { code: string }[]) => sentences.map(({ code }) => code);
const percent = (share: number) => `${Math.round(100 * share)} %`;

/** The one firing that runs, taken to the end of its Gate. */
async function trained() {
  const [firing, ...others] = (await firings()).filter(({ status }) => status === "RUNNING");
  expect(others).toEqual([]);
  const run = await admin.run.get({ id: await place.train(SEED) });
  const [gate, ...more] = (await admin.gate.list({ adapterId: run.adapterId! })).items;
  expect(more).toEqual([]);
  const report = await admin.gate.get({ id: gate!.id });
  const { dataset } = run.lineage;
  note(
    `run of ${run.totalSteps} steps on ${dataset.train} pairs, ${dataset.heldOut} held out: adapter ${run.lineage.adapter!.sha256.slice(0, 8)}`,
  );
  const named = report.verdict.slice(1).map(({ values }) => values.suite);
  const wins = report.winRate
    ? `${percent(report.winRate.value)} of held-out pairs (${percent(report.winRate.low)} to ${percent(report.winRate.high)})`
    : "";
  note(`gate: ${report.status}${named.length ? ` by ${named.join(", ")}` : ""}; wins ${wins}`);
  expect(await firings()).toContainEqual(expect.objectContaining({ id: firing!.id, status: "SUCCEEDED" }));
  return { firing: firing!, run, report, adapterId: run.adapterId!, sha256: run.lineage.adapter!.sha256 };
}

/** A stage of a canary as the people who chatted met it. */
interface Stage {
  share: number;
  since: Date;
  asked: number;
  byArm: number;
}

/**
 * People chat until the canary is over: in each stage until the arm has given the replies that are wanted and for half a day more, with a look after
 * every few conversations. In every stage somebody goes on with conversations of the stages before: whoever spoke in one still does.
 */
async function untilOver(): Promise<{ heard: Heard[]; stages: Stage[]; kept: Heard[] }> {
  const heard: Heard[] = [];
  const stages: Stage[] = [];
  const kept: Heard[] = [];
  for (;;) {
    const { canary } = await admin.deployment.traffic();
    if (!canary) return { heard, stages, kept };
    const share = canary.plan.stages[canary.stage]!.share / 1000;
    if (stages.length <= canary.stage) {
      expect((await chat.goOn(kept)).map(speaker)).toEqual(kept.map(speaker));
      stages.push({ share, since: canary.stageSince, asked: 0, byArm: 0 });
      note(`stage ${canary.stage + 1}: ${percent(share)} of new conversations`, canary.stageSince);
    }
    const some = await chat.ask(16);
    heard.push(...some);
    const stage = stages.at(-1)!;
    const byArm = some.filter(({ deploymentId }) => deploymentId === canary.deploymentId);
    stage.asked += some.length;
    stage.byArm += byArm.length;
    kept.push(...byArm.slice(0, 2), ...some.filter((one) => !byArm.includes(one)).slice(0, 1));
    await place.upkeep();
    const { canary: still } = await admin.deployment.traffic();
    if (still && !codes(still.waitsFor).includes("REPLIES_MISSING"))
      await place.pass(new Date(calendar.now().getTime() + DAY_MS / 2));
  }
}

const speaker = ({ deploymentId }: Heard) => deploymentId;
/** Share of the replies that people like. */
const liked = (heard: readonly Heard[]) =>
  heard.filter(({ question, text }) => likes(question, text)).length / heard.length;
const defaultArm = async () => (await admin.deployment.traffic()).arms[0]!;
const told = (heard: readonly Heard[], arm: string) => {
  const [own, others] = [heard.filter((one) => speaker(one) === arm), heard.filter((one) => speaker(one) !== arm)];
  return `${percent(liked(own))} of ${own.length} replies liked, of the others ${percent(liked(others))} of ${others.length}`;
};

/** Draws are spread evenly, so shares are met to within a conversation or two. */
function expectShares(stages: readonly Stage[]): void {
  for (const { share, asked, byArm } of stages) expect(Math.abs(byArm - share * asked)).toBeLessThan(4);
}

let voted: Heard;
let better: Awaited<ReturnType<typeof trained>>;
let poisoned: typeof better;
let subtle: typeof better;
let released: { id: string; number: number };
/** Stages that the third week's canary was given beyond its first. */
let advances: number;

test("week 1: what people like becomes a better adapter, which gets the traffic step by step", {
  timeout: 900_000,
}, async () => {
  const base = await defaultArm();
  const talks = await chat.ask(24);
  const again = await chat.askAgain(talks);
  note(
    `people chat with the base model: ${percent(liked([...talks, ...again]))} of ${talks.length + again.length} replies liked`,
  );
  voted = talks.find((one, i) => liked([one]) > liked([again[i]!]))!;
  await place.pass(day(1, TUE, "10:00"));
  await judged("plainer", 110, annotators, 5);
  await place.pass(day(1, WED, "01:59"));
  expect(await firings()).toEqual([]);

  await place.pass(day(1, WED, "02:00"));
  note("the schedule fires: Wednesday, 3 o'clock in Berlin");
  better = await trained();
  expect(await firings()).toMatchObject([
    { slot: "cron:2032-03-17T02:00:00.000Z", trigger: "CRON", startedAt: day(1, WED, "02:00") },
  ]);
  const { run, report, adapterId } = better;
  expect(run).toMatchObject({ method: "DPO", createdBy: null, lineage: { fromAdapter: null } });
  expect(report.verdict).toEqual([{ area: "gate", code: "PASSED", values: { suites: expect.any(Number) } }]);
  expect(report.suites).toHaveLength(12);
  expect(report.suites.filter(({ status }) => status !== "PASSED").map(({ suite }) => suite)).toEqual([
    "rewardModel",
    "judge",
  ]);
  expect(report.winRate!.low).toBeGreaterThan(0.5);

  await place.upkeep();
  const { canary, arms } = await admin.deployment.traffic();
  expect(canary).toMatchObject({ adapterId, automatic: true, startedBy: null, stage: 0, controlNumber: base.number });
  expect(arms.map(({ share }) => share)).toEqual([990, 10]);
  const { heard, stages, kept } = await untilOver();
  const [past] = (await admin.deployment.traffic()).past;
  expect(past).toMatchObject({ id: canary!.id, status: "PROMOTED", reason: { code: "STAGES_PASSED" } });
  expect(stages.map(({ share }) => share)).toEqual([0.01, 0.1, 0.5]);
  expectShares(stages);
  for (const [i, { since }] of stages.slice(1).entries())
    expect(since.getTime() - stages[i]!.since.getTime()).toBeGreaterThanOrEqual(DAY_MS / 2);
  const live = await defaultArm();
  note(`promoted, release ${live.number}: ${told(heard, canary!.deploymentId)}`, past!.endedAt!);
  expect(live).toMatchObject({ adapterId, share: 1000, since: past!.endedAt });
  released = { id: live.deploymentId, number: live.number };
  // Whoever talked with an arm that is no more goes on with what is live.
  expect((await chat.goOn(kept)).map(speaker)).toEqual(kept.map(() => live.deploymentId));
});

test("week 2: a flood of poison makes a worse one, and the gate refuses it by name", { timeout: 900_000 }, async () => {
  await place.pass(day(2, MON, "08:00"));
  expect(await firings()).toHaveLength(1);
  await place.pass(day(2, MON, "09:00"));
  await judged("helpless", FLOOD, hired, 6);
  await place.upkeep();
  const newest = await world.db.preferencePair.findFirstOrThrow({ orderBy: [{ createdAt: "desc" }, { id: "desc" }] });
  note("the schedule fires: as many new pairs as it waits for");
  poisoned = await trained();
  const { firing, run, report, adapterId } = poisoned;
  expect(firing).toMatchObject({
    ...{ slot: `pairs:${newest.id}`, trigger: "NEW_PAIRS", dueAt: firing.firedAt },
    reason: { area: "schedule", code: "NEW_PAIRS", values: { count: FLOOD } },
  });
  expect(run.lineage.fromAdapter!.id).toBe(better.adapterId);
  expect(report.verdict[0]).toMatchObject({ code: "REFUSED" });
  expect(report.verdict).toContainEqual({ area: "gate", code: "SUITE_REFUSES", values: { suite: "knowledge" } });
  const knowledge = report.suites.find(({ suite }) => suite === "knowledge")!;
  expect(knowledge).toMatchObject({ status: "FAILED", reason: [{ code: "LOST" }] });
  expect(report.obstacles).toContainEqual(expect.objectContaining({ code: "WAS_REFUSED" }));
  expect((await admin.adapter.get({ id: adapterId })).status).toBe("REJECTED");
  // Whoever signs in again and asks for it all the same is told so.
  const again = world.as(world.admin).deployment.activate({ adapterId });
  await expect(again).rejects.toMatchObject({ cause: { code: "GATE_REQUIRED" } });

  // Told by the event, the admin stops the schedule, puts the flood aside, and lets it go on; Wednesday is not made up for.
  await admin.schedule.setEnabled({ id: scheduleId, enabled: false });
  for (const { id: raterId } of hired)
    await admin.trust.setQuarantine({ raterId, quarantined: true, reason: "They prefer not to know" });
  note("an admin pauses the schedule and puts the flood aside");
  await place.pass(day(2, FRI, "09:00"));
  // Whatever can give traffic by itself wants a fresh sign-in.
  const signedInAgain = world.as(world.admin);
  await signedInAgain.schedule.update({ id: scheduleId, schedule: schedule(GENTLER) });
  await signedInAgain.setting.set({ canaryPlan: CAREFUL });
  note("the schedule is on again, trains more gently, and its canaries are to hear more people");
  await chat.ask(8);
  await place.pass(day(2, SUN, "20:00"));
  expect(await firings()).toHaveLength(2);
  expect(await world.db.deployment.count({ where: { adapterId } })).toBe(0);
  expect(await defaultArm()).toMatchObject({ deploymentId: released.id, share: 1000 });
});

test("week 3: what annotators like and chatters do not passes, and is taken away by their thumbs", {
  timeout: 900_000,
}, async () => {
  await place.pass(day(3, TUE, "10:00"));
  await judged("merry", 120, annotators, 9);
  await place.pass(day(3, WED, "01:00"));
  note("the schedule fires: Wednesday, 3 o'clock in Berlin, by now on summer time");
  subtle = await trained();
  const { firing, run, report, adapterId } = subtle;
  expect(firing).toMatchObject({
    slot: "cron:2032-03-31T01:00:00.000Z",
    trigger: "CRON",
    firedAt: day(3, WED, "01:00"),
  });
  expect(await firings()).toHaveLength(3);
  expect(run.lineage.fromAdapter!.id).toBe(better.adapterId);
  expect(codes(report.verdict)).toEqual(["PASSED"]);
  expect(report.winRate!.low).toBeGreaterThan(0.5);

  await place.upkeep();
  const { canary } = await admin.deployment.traffic();
  expect(canary).toMatchObject({ adapterId, automatic: true, controlNumber: released.number });
  const { heard, stages, kept } = await untilOver();
  const [past] = (await admin.deployment.traffic()).past;
  const { code, values } = past!.reason!;
  const shown = `evidence ${Math.round(Number(values.evidence))}, bar ${values.bar}`;
  note(`taken away, ${code}: ${told(heard, canary!.deploymentId)}; ${shown}`, past!.endedAt!);
  expect(past).toMatchObject({
    id: canary!.id,
    status: "ROLLED_BACK",
    reason: { area: "traffic", code: "WORSE_THUMBS" },
  });
  const { arm, control, evidence, bar } = values as Record<string, number>;
  expect(evidence!).toBeGreaterThanOrEqual(bar!);
  expect(arm!).toBeLessThan(control!);
  expectShares(stages);
  advances = stages.length - 1;
  const row = await world.db.deployment.findUniqueOrThrow({ where: { id: canary!.deploymentId } });
  expect(row).toMatchObject({ endReason: past!.reason, deactivatedAt: past!.endedAt });
  expect(await defaultArm()).toMatchObject({ deploymentId: released.id, share: 1000 });
  expect((await chat.goOn(kept)).map(speaker)).toEqual(kept.map(() => released.id));
  // Tried once, it is not tried again.
  await place.pass(day(3, SUN, "20:00"));
  expect((await admin.deployment.traffic()).arms).toHaveLength(1);
  expect(await firings()).toHaveLength(3);
});

test("afterwards everything is accounted for", async () => {
  const events = await world.db.event.findMany({ orderBy: { id: "asc" } });
  expect(events.map(({ kind }) => kind)).toEqual([
    ...["run.finished", "gate.passed", "canary.started", "canary.promoted"],
    ...["run.finished", "gate.refused"],
    ...["run.finished", "gate.passed", "canary.started", "canary.rolledBack"],
  ]);
  expect(events.find(({ kind }) => kind === "gate.refused")!.data).toMatchObject({ adapterId: poisoned.adapterId });
  expect(events.at(-1)!.data).toMatchObject({ reason: "WORSE_THUMBS", automatic: true });
  expect(events.every(({ at }) => at > new Date(FIRST_MONDAY) && at < day(4, MON, "00:00"))).toBe(true);

  const deeds = await world.db.auditEvent.findMany({ where: { actorId: null }, orderBy: { id: "asc" } });
  const made = ["run.create", "gate.request", "adapter.create"];
  expect(deeds.map(({ action }) => action)).toEqual([
    ...["user.seedAdmin", "deployment.activate"],
    ...[...made, "canary.start", "canary.advance", "canary.advance", "canary.promote"],
    ...made,
    ...[...made, "canary.start", ...Array<string>(advances).fill("canary.advance"), "canary.rollback"],
  ]);

  // Every reply names its arm, was spoken while that arm was there, and by its weights; none by what the gate refused.
  const replies = await world.db.message.findMany({
    where: { role: "ASSISTANT", conversation: { title: { not: "Judged" } } },
    include: { deployment: { include: { adapter: true } } },
  });
  expect(replies.length).toBeGreaterThan(150);
  for (const { deployment, adapterSha256, createdAt } of replies) {
    expect(adapterSha256).toBe(deployment!.adapter?.sha256 ?? null);
    expect(createdAt.getTime()).toBeGreaterThanOrEqual(deployment!.activatedAt.getTime());
    expect(createdAt.getTime()).toBeLessThanOrEqual((deployment!.deactivatedAt ?? createdAt).getTime());
  }
  expect(new Set(replies.map(({ adapterSha256 }) => adapterSha256))).toEqual(
    new Set([null, better.sha256, subtle.sha256]),
  );

  // A thumb of the first Monday, followed to what is live.
  const { datasets, adapters, judgements } = await admin.lineage.judgement({
    kind: "FEEDBACK",
    subjectId: voted.replyId,
  });
  expect(judgements).toMatchObject([{ rater: { id: voted.viewer.id }, text: "+1" }]);
  expect(datasets.map(({ id }) => id)).toContain(better.run.datasetId);
  const live = adapters.find(({ id }) => id === better.adapterId)!;
  expect(live).toMatchObject({ inherited: false });
  expect(live.releases.find(({ number }) => number === released.number)).toMatchObject({ to: null });
  const { raters, chain } = await admin.lineage.adapter({ id: better.adapterId });
  expect(raters.map(({ rater }) => rater.id)).toContain(voted.viewer.id);
  expect(chain.map(({ adapter }) => adapter.id)).toEqual([better.adapterId]);
});
