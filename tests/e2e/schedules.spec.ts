// Schedules in the browser: written with their times and stages, tried dry, paused, started by hand into quiet hours and called off, deleted; and what it all costs.
import type { Page } from "@playwright/test";
import { scheduleInputSchema } from "../../server/domain/views/schedule.ts";
import { answerInstead, brings, FAILURE } from "../helpers/answers.ts";
import type { Person } from "../helpers/api.ts";
import { axeFindings, expect, test, undo, uniqueName } from "../helpers/e2e.ts";
import { fitsItsWidth } from "../helpers/layout.ts";

/** "HH:MM" in UTC, so many hours from now. */
const clockIn = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
/** An hour either side of now: nothing starts while the test runs. */
const quietNow = () => ({ from: clockIn(-1), to: clockIn(1) });

const stageMethod = (page: Page, number: number) =>
  page.getByRole("group", { name: `Stage ${number}` }).getByRole("combobox", { name: "Method" });

/** One that is off by the clock and quiet, stored past the page. @returns its id */
async function stored({ trpc }: Person, name: string): Promise<string> {
  const input = {
    ...{ name, cron: "0 3 1 * *", timeZone: "UTC", quietHours: [quietNow()] },
    pipeline: { stages: [{ method: "DPO" as const, config: {} }] },
  };
  return (await trpc.schedule.create.mutate(scheduleInputSchema.parse(input))).id;
}

test("a schedule is written, looked at before it is stored, and changed", async ({ page, asAdmin, expectedErrors }) => {
  expectedErrors.push(/status of 400.*schedule\.(upcoming|dryRun)/); // of a zone that does not exist
  const name = uniqueName("Nightly");
  const quiet = quietNow();

  await test.step("the form says what is missing when it is sent, not before", async () => {
    await page.goto("/admin/schedules");
    await page.getByRole("link", { name: "New schedule" }).first().click();
    await expect(page.getByText("Give it a name.")).toHaveCount(0);
    await page.getByRole("button", { name: "Create schedule" }).click();
    await expect(page.getByText("Give it a name.")).toBeVisible();
    await page.getByLabel("Name").fill(name);
  });

  await test.step("weekdays by keyboard; the next five times come from the server in the zone of the schedule", async () => {
    await page.getByRole("combobox", { name: "How often" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("option", { name: "every week" }).press("Enter");
    await page.getByRole("group", { name: "On" }).getByRole("checkbox", { name: "Wed" }).press("Space");
    await page.getByLabel("Time", { exact: true }).fill("03:15");
    await page.getByLabel("Time zone").fill("Europe/Nowhere");
    await expect(page.getByRole("alert").filter({ hasText: "No such time zone is known" })).toBeVisible();
    await page.getByLabel("Time zone").fill("Asia/Shanghai");
    const times = page.getByText("The next five times").locator("..").getByRole("listitem");
    await expect(times).toHaveCount(5);
    await expect(times.first()).toContainText(/^(Monday|Wednesday), .* 3:15 AM$/);
  });

  await test.step("a recipe of two stages is turned around by keys and back, and a third is added and taken away", async () => {
    await page.getByRole("button", { name: "SFT → DPO" }).click();
    await page.getByRole("button", { name: "Move stage 2 earlier" }).press("Enter");
    await expect(stageMethod(page, 1)).toContainText("DPO");
    await page.getByRole("button", { name: "Move stage 1 later" }).press("Enter");
    await expect(stageMethod(page, 1)).toContainText("SFT");
    await page.getByRole("button", { name: "Add stage" }).click();
    await page.getByRole("button", { name: "Remove stage 3" }).click();
    await expect(stageMethod(page, 3)).toHaveCount(0);
  });

  await test.step("limits are numbers, and quiet hours are part of what a dry run says", async () => {
    await page.getByLabel("Most minutes per month").fill("no");
    await expect(page.getByText("A whole number from 1 up, or nothing.")).toBeVisible();
    await expect(page.getByText("Fix what is marked")).toBeVisible();
    await page.getByLabel("Most minutes per month").fill("600");
    await page.getByRole("button", { name: "Add quiet hours" }).click();
    for (const day of ["Mon", "Tue", "Wed", "Thu", "Fri"]) {
      await page.getByRole("group", { name: "On" }).last().getByRole("checkbox", { name: day }).press("Space");
    }
    await expect(page.getByText("No day chosen: every day.")).toBeVisible();
    await page.getByLabel("Time zone").fill("UTC");
    await page.getByLabel("From", { exact: true }).fill(quiet.from);
    await page.getByLabel("To", { exact: true }).fill(quiet.to);
    await expect(page.getByText(/Quiet hours: it waits until .*\d{1,2}:\d{2}/)).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
  });

  await test.step("stored, its page says all of it in words", async () => {
    await page.getByRole("button", { name: "Create schedule" }).click();
    await expect(page).toHaveURL(/\/admin\/schedules\/[0-9a-f-]{36}$/);
    await expect(page.getByRole("heading", { level: 1 })).toContainText(name);
    await expect(page.getByText("Mon, Wed at 03:15 (UTC)")).toBeVisible();
    await expect(page.getByText(`${quiet.from}–${quiet.to} every day`)).toBeVisible();
    await expect(page.getByText("0 min of 10 hr")).toBeVisible();
    const [schedule] = (await asAdmin.trpc.schedule.list.query()).filter((one) => one.name === name);
    expect(schedule).toMatchObject({ cron: "15 3 * * 1,3", timeZone: "UTC", monthMinutes: 600 });
    expect(schedule!.pipeline.stages.map(({ method }) => method)).toEqual(["SFT", "DPO"]);
  });

  await test.step("changed, the form comes back as it was", async () => {
    await page.getByRole("link", { name: "Edit" }).click();
    await expect(page.getByLabel("Time", { exact: true })).toHaveValue("03:15");
    await expect(stageMethod(page, 2)).toContainText("DPO");
    await page.getByLabel("Name").fill(`${name} again`);
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText(`${name} again`);
    const [changed] = (await asAdmin.trpc.schedule.list.query()).filter((one) => one.name === `${name} again`);
    await asAdmin.trpc.schedule.delete.mutate({ id: changed!.id });
  });
});

test("a schedule is tried dry, paused with Undo, started by hand, called off and deleted", async ({
  page,
  asAdmin,
}) => {
  const name = uniqueName("Monthly");
  const id = await stored(asAdmin, name);
  await page.goto("/admin/schedules");
  await page.getByRole("link", { name }).click();
  await expect(page.getByText("It has not fired yet")).toBeVisible();

  await test.step("a dry run says what it would do, and starts nothing", async () => {
    await page.getByRole("button", { name: "Try it" }).click();
    await expect(page.getByText("It would not start now:")).toBeVisible();
    await expect(page.getByText("Stage 1: DPO")).toBeVisible();
    await expect(page.getByText("Next times")).toBeVisible();
    expect((await asAdmin.trpc.schedule.history.query({ id })).items).toEqual([]);
  });

  await test.step("paused and, with Undo, on again", async () => {
    await page.getByRole("button", { name: "Pause" }).click();
    await expect(page.getByRole("button", { name: "Resume" })).toBeVisible();
    await undo(page);
    await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  });

  await test.step("started by hand it waits for the end of the quiet hours, and is called off", async () => {
    await page.getByRole("button", { name: "Run now" }).click();
    const row = page.getByRole("region", { name: "History" }).getByRole("row").nth(1);
    await expect(row).toContainText("Waiting");
    await expect(row).toContainText("Quiet hours: it waits until");
    expect(await axeFindings(page)).toEqual([]);
    await row.getByRole("button", { name: "Cancel" }).click();
    await expect(row).toContainText("Somebody cancelled it.");
    await page.goto("/admin/schedules?view=history");
    await expect(page.getByRole("row", { name: new RegExp(name) })).toContainText("Cancelled");
  });

  await test.step("deleted after a question", async () => {
    await page.goto(`/admin/schedules/${id}`);
    await page.getByRole("button", { name: "Delete" }).click();
    await page
      .getByRole("alertdialog", { name: `Delete ${name}?` })
      .getByRole("button", { name: "Delete" })
      .click();
    await expect(page).toHaveURL(/\/admin\/schedules$/);
    await expect(page.getByRole("link", { name })).toHaveCount(0);
  });
});

test("minutes become money at prices that an admin sets", async ({ page, asAdmin }) => {
  const { prices } = await asAdmin.trpc.setting.get.query();
  await page.goto("/admin/schedules?view=costs");
  await page.getByLabel("Currency").fill("euro");
  await expect(page.getByText("Three capital letters.")).toBeVisible();
  await page.getByLabel("Currency").fill("EUR");
  await page.getByLabel("An hour of CPU").fill("0.5");
  await page.getByLabel("An hour of an annotator").fill("-1");
  await expect(page.getByText("A number from 0 up, or nothing.")).toBeVisible();
  await page.getByLabel("An hour of an annotator").fill("30");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { name: "Cost by month" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Minutes by month" }).getByRole("row").nth(1)).toContainText("€");
  expect(await axeFindings(page)).toEqual([]);
  await asAdmin.trpc.setting.set.mutate({ prices });
});

test("where nothing trains by itself yet the list says how to begin; where it cannot be read, it says that", async ({
  page,
  asAdmin,
}) => {
  expect(await asAdmin.trpc.viewer.me.query()).not.toBeNull();
  let failing = true;
  await answerInstead(page, "schedule.list", () => (failing ? FAILURE : brings([])));
  await page.goto("/admin/schedules");
  const failure = page.getByRole("alert").filter({ hasText: "Something went wrong on our side" });
  await expect(failure).toBeVisible();
  failing = false;
  await failure.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("Nothing trains by itself yet")).toBeVisible();
  await expect(page.locator("#page").getByRole("link", { name: "New schedule" })).toHaveCount(2);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("a schedule is written by thumb, and every page keeps to the screen", async ({ page, asAdmin }) => {
    const name = uniqueName("Thumb");
    await page.goto("/admin/schedules");
    await fitsItsWidth(page);
    await page.getByRole("link", { name: "New schedule" }).first().tap();
    await page.getByLabel("Name").fill(name);
    await page.getByRole("switch", { name: "At set times" }).tap();
    await page.getByRole("switch", { name: "When enough new trusted pairs have come in" }).tap();
    await page.getByLabel("Pairs", { exact: true }).fill("5000");
    await page.getByRole("button", { name: "Add quiet hours" }).tap();
    await fitsItsWidth(page);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Create schedule" }).tap();
    await expect(page.getByText("after 5,000 new trusted pairs")).toBeVisible();
    await fitsItsWidth(page);
    expect(await axeFindings(page)).toEqual([]);
    await page.goto("/admin/schedules?view=costs");
    await expect(page.getByRole("heading", { name: "Prices" })).toBeVisible();
    await fitsItsWidth(page);
    const [schedule] = (await asAdmin.trpc.schedule.list.query()).filter((one) => one.name === name);
    await asAdmin.trpc.schedule.delete.mutate({ id: schedule!.id });
  });
});
