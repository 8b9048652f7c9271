// Training beyond the first pair: thumbs from a file to a KTO run, checked answers to a GRPO run, a file with a bad line, and axe.
import type { Page } from "@playwright/test";
import { axeFindings, expect, test, uniqueName } from "../helpers/e2e.ts";

const lines = (rows: readonly object[]) => Buffer.from(rows.map((row) => JSON.stringify(row)).join("\n"));

const COLOURS = ["red", "green", "blue", "white", "black", "brown"];
/** Equal examples are the same Dataset, so every upload speaks of something of its own. */
const thumbsOn = (name: string) =>
  Array.from({ length: 24 }, (_, i) => ({
    prompt: `What colour is ball ${i} of ${name}?`,
    completion: i % 2 === 0 ? `It is ${COLOURS[i % 6]}.` : "That is hard to say, because there are so many colours.",
    label: i % 2 === 0,
  }));
const sumsOf = (name: string) =>
  Array.from({ length: 24 }, (_, i) => ({ prompt: `${name}: what is ${i} plus 3?`, answer: String(i + 3) }));

/** In the form of a new run: the source "Upload a file…", the file, and its storing. */
async function upload(page: Page, name: string, rows: readonly object[]): Promise<void> {
  await page.getByRole("combobox", { name: "What it learns from" }).click();
  await page.getByRole("option", { name: "Upload a file…" }).click();
  await page
    .getByLabel("File")
    .setInputFiles({ name: `${name}.jsonl`, mimeType: "application/jsonl", buffer: lines(rows) });
  await page.getByRole("button", { name: "Upload", exact: true }).click();
}

const card = (page: Page, title: string) =>
  page.locator("section").filter({ has: page.getByRole("heading", { name: title, exact: true }) });

test("thumbs from a file become a KTO run, on advice", async ({ page, asAdmin }) => {
  test.setTimeout(420_000);
  expect(asAdmin.url).toBeTruthy();
  const name = uniqueName("thumbs");

  await test.step("upload, and take the advice", async () => {
    await page.goto("/admin/datasets");
    await page.getByRole("button", { name: "Import", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Import a file" });
    await dialog.getByRole("combobox", { name: "What it holds" }).click();
    await page.getByRole("option", { name: "Thumbs" }).click();
    await dialog.getByLabel("File").setInputFiles({
      name: `${name}.jsonl`,
      mimeType: "application/jsonl",
      buffer: lines(thumbsOn(name)),
    });
    await dialog.getByRole("button", { name: "Import", exact: true }).click();
    await page.getByRole("link", { name: "See the Dataset" }).click({ timeout: 60_000 });
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    // The order is that of hashes, and only what is in sight is drawn.
    await expect(page.getByText(/^(It is \w+\.|That is hard to say)/).first()).toBeVisible();
    await page.goto("/admin/runs/new");
    await page.getByRole("radio", { name: "KTO", exact: true }).check();
    await page.getByRole("combobox", { name: "What it learns from" }).click();
    await page.getByRole("option", { name: new RegExp(name) }).click();
  });

  await test.step("dry run", async () => {
    const plan = card(page, "Dry run");
    await expect(plan).toContainText("24 of 24 usable");
    // Which prompts are held out is decided by their hashes, so only what the parts add up to is certain.
    await expect(plan).toContainText(/\d+ to train on, \d+ held out/);
    const said = await plan.innerText();
    const [train, heldOut, liked, disliked] = ["to train on", "held out", "liked", "disliked"].map((what) =>
      Number(new RegExp(`(\\d+) ${what}`).exec(said)?.[1]),
    ) as [number, number, number, number];
    expect([train + heldOut, liked + disliked]).toEqual([24, train]);
    expect(Math.min(liked, disliked)).toBeGreaterThan(0);
    await expect(plan).toContainText("npm run train -- kto");
    await page.getByLabel("Epochs").fill("2");
    await page.getByText("More settings").click();
    await page.getByLabel("Samples every").fill("2");
    await expect(plan).toContainText("epochs=2");
  });

  await test.step("watch it", async () => {
    await page.getByRole("button", { name: "Start run" }).click();
    await expect(page).toHaveURL(/\/admin\/runs\/[0-9a-f-]{36}$/, { timeout: 30_000 });
    await expect(page.getByRole("heading", { level: 1 })).toContainText("KTO run");
    await expect(page.getByRole("figure", { name: "Margin" })).toBeVisible({ timeout: 240_000 });
    await expect(page.getByRole("figure", { name: "KL", exact: true })).toBeVisible();
    await page.getByRole("button", { name: "What is “Log-probability”?" }).click();
    await expect(page.getByText(/may fall while training goes well/)).toBeVisible();
    await page.keyboard.press("Escape");
  });

  await test.step("read its outcome", async () => {
    await expect(page.getByText(/This run made the adapter/)).toBeVisible({ timeout: 240_000 });
    await expect(page.getByText("It can be activated here")).toBeVisible();
    const samples = card(page, "Sample replies");
    await expect(samples.getByText("Before", { exact: true }).first()).toBeVisible();
    const slider = samples.getByRole("slider", { name: "Step of the samples" });
    await slider.focus();
    await page.keyboard.press("Home");
    await expect(samples.getByText("Step 2", { exact: true }).first()).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    await expect(page.locator("html")).toHaveClass(/dark/);
    expect(await axeFindings(page)).toEqual([]);
  });
});

test("checked answers become a GRPO run", async ({ page, asAdmin }) => {
  test.setTimeout(420_000);
  expect(asAdmin.url).toBeTruthy();
  await page.goto("/admin/runs/new");
  await page.getByRole("radio", { name: "GRPO", exact: true }).check();
  const name = uniqueName("sums");
  await upload(page, name, sumsOf(name));
  await expect(card(page, "Dry run")).toContainText("24 of 24 usable");

  await page.getByRole("combobox", { name: "Reward", exact: true }).click();
  await page.getByRole("option", { name: "Right number" }).click();
  await page.getByRole("button", { name: "Add a reward" }).click();
  await page.getByRole("combobox", { name: "Reward", exact: true }).nth(1).click();
  await page.getByRole("option", { name: "Length" }).click();
  await expect(page.getByRole("button", { name: "Start run" })).toBeDisabled();
  await page.getByLabel("At most").fill("8");
  await page.getByLabel("Iterations").fill("2");
  await page.getByLabel("Replies per prompt").fill("4");
  await page.getByLabel("Longest reply").fill("8");
  await page.getByText("More settings").click();
  await page.getByLabel("Batch size", { exact: true }).fill("2");
  await page.getByRole("button", { name: "Start run" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("GRPO run", { timeout: 30_000 });
  await expect(page.getByRole("figure", { name: "Rewards by kind" })).toBeVisible({ timeout: 240_000 });
  await expect(page.getByRole("figure", { name: "Groups without spread" })).toBeVisible();
  await expect(page.getByText(/This run made the adapter/)).toBeVisible({ timeout: 240_000 });
});

test("a bad upload names the line, and stores nothing until told to", async ({ page, asAdmin }) => {
  const before = (await asAdmin.trpc.dataset.list.query()).length;
  await page.goto("/admin/runs/new");
  await page.getByRole("radio", { name: "DPO", exact: true }).check();
  const good = { prompt: `What is ${uniqueName("this")}?`, chosen: "A.", rejected: "B." };
  await upload(page, "bad", [good, { prompt: "No replies." }, good]);
  const problem = page.getByRole("alert").filter({ hasText: "1 line cannot be used" });
  await expect(problem).toContainText("Line 2");
  await expect(problem).toContainText("chosen");
  expect(await axeFindings(page)).toEqual([]);
  expect((await asAdmin.trpc.dataset.list.query()).length).toBe(before);
  await problem.getByRole("button", { name: "Store the others" }).click();
  await expect(page.getByRole("combobox", { name: "What it learns from" })).toContainText("bad");
  expect((await asAdmin.trpc.dataset.list.query()).length).toBe(before + 1);
});

test("nothing scrolls sideways on a phone while a run is set up", async ({ page, asAdmin }) => {
  expect(asAdmin.url).toBeTruthy();
  await page.setViewportSize({ width: 360, height: 780 });
  await page.goto("/admin/runs/new");
  for (const method of ["PPO", "GRPO", "REWARD"]) {
    await page.locator(`input[name=method][value=${method}]`).check();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, method).toBeLessThanOrEqual(0);
  }
  expect(await axeFindings(page)).toEqual([]);
});
