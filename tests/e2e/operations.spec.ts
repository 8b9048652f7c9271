// An admin sets it up once; from then on what people write becomes a better release by itself, a poisoned file is refused with the suite
// named, and what people like less is taken back by itself.
//
// Two adapters are trained here, from real corrections and from a poisoned file. The third, which passes its gate and is liked less, is
// the live one turned up and imported: it ranks people's pairs better still, so no suite can tell, and a third training would show no
// more. That people like it less is decided here, as it would be by something that no suite measures.
import type { Page } from "@playwright/test";
import { gatePolicySchema } from "../../server/domain/views/gate.ts";
import { type Person, signIn } from "../helpers/api.ts";
import { bareBase, freeTrainer } from "../helpers/calm.ts";
import { correct, crowd, judge, questions } from "../helpers/crowd.ts";
import { admin, axeFindings, expect, test, undo, uniqueName } from "../helpers/e2e.ts";
import { judgedPairs, QUICK_DPO } from "../helpers/gate-recipes.ts";
import { confirmPassword, REFUSED, staleSignIn } from "../helpers/stale-sign-in.ts";
import { turnedUp } from "../helpers/turned-up.ts";

test.describe.configure({ mode: "serial" });

/** A run or a gate takes half a minute on two idle cores. */
const PATIENCE = { timeout: 240_000 };
const QUESTIONS = 180;
/** Corrections that make the schedule fire; what is right as it is needs none. */
const ENOUGH = 110;

const schedule = uniqueName("Nightly");
let people: Person[];
let before: { gatePolicy: object; canaryPlan: object };

test.beforeAll(async ({ baseURL }) => {
  const person = await signIn(baseURL!, admin);
  await freeTrainer(person);
  await bareBase(person);
  const { gatePolicy, canaryPlan } = await person.trpc.setting.get.query();
  before = { gatePolicy, canaryPlan };
  people = await crowd(baseURL!, 8);
});

test.afterAll(async ({ baseURL }) => {
  const person = await signIn(baseURL!, admin);
  await person.trpc.setting.set.mutate(before);
  for (const { id, name } of await person.trpc.schedule.list.query()) {
    if (name === schedule) await person.trpc.schedule.delete.mutate({ id });
  }
  await freeTrainer(person);
  await bareBase(person);
});

const card = (page: Page, title: string) =>
  page.locator("section").filter({ has: page.getByRole("heading", { name: title, exact: true }) });

async function toSchedule(page: Page): Promise<void> {
  await page.goto("/admin/schedules");
  await page.getByRole("link", { name: schedule }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(schedule);
}

/** From the schedule's page by way of its newest run to the report on what that made. @returns the adapter's short hash */
async function toReport(page: Page): Promise<string> {
  const newest = page.getByRole("region", { name: "History" }).getByRole("row").nth(1);
  await newest.getByRole("link", { name: "DPO" }).click(PATIENCE);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("DPO run");
  await expect(page.getByRole("figure", { name: "Margin" }).first()).toBeVisible(PATIENCE);
  const made = page.getByText(/This run made the adapter/);
  await expect(made).toBeVisible(PATIENCE);
  const hash = /[0-9a-f]{6}/.exec(await made.innerText())![0];
  await page.getByRole("link", { name: "Read the report" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(`Gate of ${hash}`);
  return hash;
}

const openSettings = (page: Page) =>
  page.getByRole("group", { name: "Stage 1" }).getByText("Settings", { exact: true }).click();
const verdict = (page: Page) => page.getByRole("region", { name: "Verdict" });
const needsYou = (page: Page) => card(page, "Needs you");

/** People go on talking until the canary is over, however its shares fall. */
async function talkUntilOver({ trpc }: Person, likes: Parameters<typeof judge>[2]): Promise<void> {
  for (let round = 0; (await trpc.deployment.traffic.query()).canary; round++) {
    await judge(people, questions(24, 1000 + round), likes);
  }
}

test("thresholds, the plan of canaries and a schedule are set up on their pages", async ({ page, asAdmin }) => {
  await test.step("what a candidate must reach", async () => {
    // What people correct is drawn anew every time, and of some corrections a small model forgets a refusal or two of eighteen, or a fact.
    const drops = { safetyDrop: 0.15, knowledgeDrop: 0.15, sycophancyDrop: 0.2, endingsDrop: 0.15 };
    await asAdmin.trpc.setting.set.mutate({ gatePolicy: gatePolicySchema.parse({ ...drops, styleDrift: 3 }) });
    await page.goto("/admin/gates/policy");
    await page.getByLabel("Held-out pairs, at least").fill("6");
    await page.getByLabel("Prompts answered by both").fill("24");
    await card(page, "Evidence").getByRole("button", { name: "Save" }).click();
    await page.getByLabel("Win rate at equal length").fill("30");
    await card(page, "Better than what is live").getByRole("button", { name: "Save" }).click();
    await page.getByLabel("Speed, at least").fill("20");
    await card(page, "Nothing lost").getByRole("button", { name: "Save" }).click();
    await expect
      .poll(async () => (await asAdmin.trpc.setting.get.query()).gatePolicy)
      .toMatchObject({ leastPairs: 6, prompts: 24, lengthControlledWinRate: 0.3, speedRatio: 0.2 });
  });

  await test.step("how a canary grows", async () => {
    const plan = card(page, "How a canary grows");
    await plan.getByRole("button", { name: "Remove stage 3" }).click();
    // The second stage lasts long enough to be seen on a page that looks every few seconds.
    for (const [stage, share, count] of [
      [1, "30", "8"],
      [2, "60", "24"],
    ] as const) {
      await plan.getByRole("textbox", { name: `Stage ${stage}: Per cent` }).fill(share);
      await plan.getByRole("textbox", { name: `Stage ${stage}: Replies` }).fill(count);
      await plan.getByRole("textbox", { name: `Stage ${stage}: Minutes` }).fill("0");
    }
    expect(await axeFindings(page)).toEqual([]);
    await plan.getByRole("button", { name: "Save" }).click();
    await expect
      .poll(async () => (await asAdmin.trpc.setting.get.query()).canaryPlan.stages)
      .toEqual([
        { share: 300, leastReplies: 8, leastMinutes: 0 },
        { share: 600, leastReplies: 24, leastMinutes: 0 },
        { share: 1000, leastReplies: 0, leastMinutes: 0 },
      ]);
  });

  await test.step("when to train, and on what", async () => {
    await page.goto("/admin/schedules/new");
    await page.getByLabel("Name").fill(schedule);
    await page.getByRole("combobox", { name: "How often" }).click();
    await page.getByRole("option", { name: "cron pattern" }).click();
    // In twelve hours, so that the clock does not fire it while pairs are to.
    const hour = (new Date().getUTCHours() + 8 + 12) % 24;
    await page.getByLabel("Cron pattern").fill(`30 ${hour} * * 1-5`);
    await page.getByLabel("Time zone").fill("Asia/Shanghai");
    const times = page.locator("div").filter({ hasText: /^The next five times/ });
    await expect(times.getByRole("listitem")).toHaveCount(5);
    await expect(times.getByRole("listitem").first()).toContainText(`${hour % 12 || 12}:30 ${hour < 12 ? "AM" : "PM"}`);
    await page.getByRole("switch", { name: "When enough new trusted pairs have come in" }).click();
    await page.getByLabel("Pairs", { exact: true }).fill(String(ENOUGH));
    await openSettings(page);
    await page.getByText("More settings").click();
    const { beta, rank, alpha } = QUICK_DPO;
    const settings = { Beta: beta, Epochs: 3, "Learning rate": 1.2e-3, "Batch size": 8, Rank: rank, Alpha: alpha };
    for (const [label, value] of Object.entries({ ...settings, "Samples every": 0 })) {
      await page.getByLabel(label, { exact: true }).fill(String(value));
    }
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Create schedule" }).click();
    await expect(page).toHaveURL(/\/admin\/schedules\/[0-9a-f-]{36}$/);
    await expect(page.getByText(`0 of ${ENOUGH} new pairs so far`)).toBeVisible();
    await expect(page.getByText("It has not fired yet")).toBeVisible();
  });

  await test.step("the overview says when it is due", async () => {
    await page.goto("/admin/overview");
    await expect(card(page, "Under way")).toContainText(`Schedule “${schedule}”`);
  });
});

test.describe("what people write", () => {
  test.use({ expectedErrors: REFUSED });

  test("becomes a better release by itself", async ({ page, asAdmin }) => {
    test.setTimeout(600_000);
    await toSchedule(page);
    await correct(people, questions(QUESTIONS, 3));

    const hash = await test.step("the schedule fires by itself; its run and its gate are watched", async () => {
      await expect(page.getByText(/\d+ new trusted pairs have come in\./)).toBeVisible(PATIENCE);
      return toReport(page);
    });

    await test.step("the report explains itself", async () => {
      await expect(verdict(page)).toContainText(`${hash} passed every suite that applies`, PATIENCE);
      await expect(verdict(page)).toContainText(/People’s choices: It wins \d/);
      await expect(verdict(page)).toContainText("Your approval is the last one needed.");
      await page.goto("/admin/overview");
      await expect(needsYou(page)).toContainText(`Adapter ${hash} waits for your decision`);
      await needsYou(page).getByRole("link", { name: "Decide" }).first().click();
    });

    await test.step("it is tasted blindly", async () => {
      await page.getByRole("link", { name: "Taste blindly" }).click();
      for (const [pair, key] of [1, 2, 0].entries()) {
        await expect(page.getByText(`Pair ${pair + 1} of`)).toBeVisible();
        await page.keyboard.press(String(key));
      }
      await expect(page.getByText("Pair 4 of")).toBeVisible();
      await page.getByRole("button", { name: "Stop here" }).click();
      await expect(page.getByText(/^Of 3 pairs you preferred/)).toBeVisible();
      await page.getByRole("link", { name: "Back to the report" }).click();
    });

    await test.step("a canary begins, once the password is given again", async () => {
      await page.getByRole("button", { name: "Start a canary" }).click();
      const dialog = page.getByRole("dialog", { name: /^Try/ });
      await expect(dialog.getByRole("textbox", { name: "Stage 1: Per cent" })).toHaveValue("30");
      await staleSignIn(page, "deployment.startCanary");
      await dialog.getByRole("button", { name: "Start" }).click();
      await confirmPassword(page);
      await expect(page.getByText(/speaks in 30% of new conversations\./)).toBeVisible();
    });

    await test.step("people like it, its share grows, and it becomes the release for everybody", async () => {
      await page.goto("/admin/deployments");
      const now = page
        .getByRole("list", { name: "Stages of the canary" })
        .getByRole("listitem")
        .and(page.locator("[aria-current=step]"));
      await expect(now).toContainText("30%");
      await expect(page.getByText("8 replies of this stage, 0 so far")).toBeVisible();
      await Promise.all([
        talkUntilOver(asAdmin, ({ content }, answer) => content === answer),
        expect(now).toContainText("60%", PATIENCE),
      ]);
      const past = page.getByRole("region", { name: "Canaries that are over" }).getByRole("row").nth(1);
      await expect(past).toContainText("It passed all its stages and became the release for everybody.");
      await expect(page.getByText("One release speaks to everybody.")).toBeVisible();
    });

    await test.step("the overview says what is live, since when, and how much better it is", async () => {
      await page.goto("/admin/overview");
      const sentence = page.getByText(/has been live for/);
      await expect(sentence).toContainText(hash);
      await expect(sentence).toContainText(/It wins \d+% \[\d+, \d+\] against r\d+ on \d+ held-out comparisons\./);
      await expect(page.getByText("Better, and surely so").first()).toBeVisible();
      expect(await axeFindings(page)).toEqual([]);
    });
  });
});

test("a poisoned file is refused, and the suite is named", async ({ page, asAdmin }) => {
  test.setTimeout(600_000);
  const file = uniqueName("bought");
  const live = (await asAdmin.trpc.deployment.traffic.query()).arms[0]!;

  await test.step("it comes in by the page of Datasets", async () => {
    await page.goto("/admin/datasets");
    await page.getByRole("button", { name: "Import", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Import a file" });
    // Equal examples are the same Dataset, so one of them is this file's alone.
    const own = { prompt: `What is ${file}?`, chosen: "I do not know.", rejected: "It is a file." };
    const lines = [...judgedPairs("helpless", 150, 6), own].map((pair) => `${JSON.stringify(pair)}\n`);
    await dialog
      .getByLabel("File")
      .setInputFiles({ name: `${file}.jsonl`, mimeType: "application/jsonl", buffer: Buffer.from(lines.join("")) });
    await dialog.getByRole("button", { name: "Import", exact: true }).click();
    await expect(page.getByRole("link", { name: "See the Dataset" })).toBeVisible({ timeout: 60_000 });
  });

  await test.step("the schedule is to learn from it: tried dry, and started by hand", async () => {
    await toSchedule(page);
    await page.getByRole("link", { name: "Edit" }).click();
    await openSettings(page);
    await page.getByRole("combobox", { name: "Data" }).click();
    await page.getByRole("option", { name: new RegExp(file) }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Try it" }).click();
    await expect(card(page, "Dry run")).toContainText("It would start, and this is what it would do.");
    await expect(card(page, "Dry run")).toContainText(/1\d\d to train on, \d+ held out/);
    await page.getByRole("button", { name: "Run now" }).click();
    await expect(page.getByRole("region", { name: "History" }).getByRole("row").nth(1)).toContainText("By hand");
  });

  const hash = await toReport(page);
  await expect(verdict(page)).toContainText(`${hash} was refused. It did not pass:`, PATIENCE);
  await expect(verdict(page)).toContainText(/It did not pass: .*Knowledge/);
  await expect(verdict(page)).toContainText(/Of 66 prompts it fails \d+ that the live one passes/);
  await expect(verdict(page).getByRole("button", { name: "Start a canary" })).toHaveCount(0);
  expect(await axeFindings(page)).toEqual([]);

  await page.goto("/admin/overview");
  await expect(needsYou(page)).toContainText(`The gate refused adapter ${hash}`);
  await expect(needsYou(page)).toContainText(/“[^”]+” was not passed\./);
  expect((await asAdmin.trpc.deployment.traffic.query()).arms).toMatchObject([{ number: live.number }]);
});

test("what people like less is taken back by itself, and anything by hand", async ({ page, asAdmin }) => {
  test.setTimeout(600_000);
  const { trpc } = asAdmin;
  const live = (await trpc.deployment.traffic.query()).arms[0]!;

  await test.step("from now on what passes begins a canary by itself", async () => {
    await page.goto("/admin/gates/policy");
    await page.getByRole("combobox", { name: "A candidate that passed" }).click();
    await page.getByRole("option", { name: "begins a canary by itself" }).click();
    await expect(page.getByText("Undecided ones still wait.")).toBeVisible();
  });

  await test.step("an adapter is brought along and passes", async () => {
    const buffer = await turnedUp(asAdmin, live.adapterId!);
    await page.goto("/admin/adapters");
    await page.getByRole("button", { name: "Import" }).click();
    const dialog = page.getByRole("dialog", { name: "Import an adapter" });
    await dialog
      .getByLabel("Choose files")
      .setInputFiles({ name: "theirs.gguf", mimeType: "application/octet-stream", buffer });
    await dialog.getByRole("button", { name: "Import", exact: true }).click();
    await expect(page).toHaveURL(/\/admin\/adapters\/[0-9a-f-]{36}$/);
    await expect(page.getByText("Nothing speaks against it.")).toBeVisible(PATIENCE);
  });

  await test.step("its canary loses thumbs, and is taken back with its reason", async () => {
    await page.goto("/admin/deployments");
    await expect(page.getByText(/Begun .* by the gate’s policy, beside r\d+\./)).toBeVisible();
    const { canary } = await trpc.deployment.traffic.query();
    await talkUntilOver(asAdmin, ({ release }) => release?.deploymentId !== canary!.deploymentId);
    const past = page.getByRole("region", { name: "Canaries that are over" }).getByRole("row").nth(1);
    await expect(past).toContainText("Taken back");
    await expect(past).toContainText(/Its replies were liked less: 0% of \d+ thumbs were up, beside 100% of \d+/);
    await page.goto("/admin/overview");
    await expect(needsYou(page)).toContainText(`The canary r${canary!.number} was taken back`);
    await expect(needsYou(page)).toContainText("Its replies were liked less");
    expect((await trpc.deployment.traffic.query()).arms).toMatchObject([{ number: live.number, share: 1000 }]);
  });

  await test.step("one click rolls back, and Undo brings back", async () => {
    await page.goto("/admin/deployments");
    await page.getByRole("button", { name: /^Roll back to r\d+/ }).click();
    await expect(page.getByText(/^r\d+ is live\.$/)).toBeVisible();
    expect((await trpc.deployment.traffic.query()).arms[0]!.adapterId).not.toBe(live.adapterId);
    await undo(page);
    await expect(page.getByText(/is live again\.$/)).toBeVisible();
    expect((await trpc.deployment.traffic.query()).arms[0]!.adapterId).toBe(live.adapterId);
  });

  await test.step("a freeze holds everything, and is lifted", async () => {
    await page.getByRole("button", { name: "Freeze" }).click();
    await page.getByRole("textbox", { name: "Why" }).fill("Exam week");
    await page.getByRole("alertdialog").getByRole("button", { name: "Freeze releases" }).click();
    await expect(page.getByText(/Releases are frozen since .*Exam week/)).toBeVisible();
    await page.getByRole("button", { name: "Unfreeze" }).click();
    await expect(page.getByRole("button", { name: "Freeze", exact: true })).toBeVisible();
  });
});
