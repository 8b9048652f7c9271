// Data in and out, and whose it is: a file with a bad line, pictures of it, another version, private data, an export that comes back
// the same; the path from votes to weights and back; a person erased, the flagged adapter, and the run that makes it anew.
import fs from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";
import { signUp } from "../helpers/api.ts";
import { preferShorter } from "../helpers/crowd.ts";
import { axeFindings, expect, test, undo, uniqueName } from "../helpers/e2e.ts";

/** Pairs as TRL writes them, about something that no other test speaks of; two of them hold somebody's address. */
const pairsAbout = (name: string) =>
  Array.from({ length: 24 }, (_, i) => ({
    prompt: `What colour is ball ${i} of ${name}?`,
    chosen: i === 3 ? "Ask jane.doe@example.com." : i === 9 ? "Ask john.roe@example.com." : "It is red.",
    rejected: "That is hard to say, because there are so many colours.",
  }));

const asLines = (values: readonly (object | string)[]) =>
  Buffer.from(values.map((value) => `${typeof value === "string" ? value : JSON.stringify(value)}\n`).join(""));

async function chooseIn(page: Page, box: Locator, option: string | RegExp): Promise<void> {
  await box.click();
  await page.getByRole("option", { name: option }).click();
}

/** From the list of Datasets: the dialog, the file, its format; ends on the page of the import. */
async function importFile(page: Page, name: string, content: Buffer, format?: string): Promise<void> {
  await page.goto("/admin/datasets");
  await page.getByRole("button", { name: "Import", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Import a file" });
  await dialog
    .getByLabel("File")
    .setInputFiles({ name: `${name}.jsonl`, mimeType: "application/jsonl", buffer: content });
  if (format) await chooseIn(page, dialog.getByRole("combobox", { name: "Format" }), format);
  await dialog.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page).toHaveURL(/\/admin\/imports\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(name);
}

async function toItsDataset(page: Page): Promise<void> {
  await page.getByRole("link", { name: "See the Dataset" }).click({ timeout: 60_000 });
  await expect(page.getByRole("link", { name: "Examples" })).toBeVisible();
}

const shaOf = (page: Page) =>
  page
    .locator("dd code")
    .filter({ hasText: /^[0-9a-f]{64}$/ })
    .innerText();

test("a file with a bad line becomes a Dataset that is looked into, compared, redacted, and comes back the same", async ({
  page,
  asAdmin,
}) => {
  test.setTimeout(240_000);
  const name = uniqueName("balls");
  const rows = pairsAbout(name);

  await test.step("the bad line is named, and nothing is stored until it is skipped", async () => {
    const before = (await asAdmin.trpc.dataset.list.query()).length;
    await importFile(page, name, asLines([...rows.slice(0, 6), '{"prompt": "No replies."}', ...rows.slice(6)]));
    await expect(page.getByRole("alert").filter({ hasText: "1 line cannot be used" })).toBeVisible({ timeout: 60_000 });
    const bad = page.getByRole("row").filter({ hasText: "chosen" });
    await expect(bad.getByRole("cell").first()).toHaveText("7");
    expect((await asAdmin.trpc.dataset.list.query()).length).toBe(before);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Take the other 24 examples" }).click();
    await expect(page.getByText("24 examples are stored; 1 line was left out.")).toBeVisible({ timeout: 60_000 });
    await toItsDataset(page);
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  });
  const address = page.url();

  await test.step("its examples are searched", async () => {
    const example = page.getByRole("article").first();
    await expect(example).toContainText(name);
    await page.getByRole("searchbox").fill("jane.doe");
    await expect(page.getByRole("article")).toHaveCount(1);
    await expect(example).toContainText("ball 3 of");
    await page.getByRole("button", { name: "Clear filters" }).click();
    await expect(page.getByRole("article").nth(1)).toBeVisible();
    await example.focus();
    await page.keyboard.press("PageDown");
    await expect(page.getByRole("article", { name: "Example 2" })).toBeFocused();
  });

  await test.step("its statistics are pictures with the same in words", async () => {
    await page.getByRole("link", { name: "Statistics" }).click();
    await expect(page.getByText("24 examples.")).toBeVisible();
    await expect(page.getByRole("figure").filter({ hasText: "Length of prompts" })).toBeVisible();
    await expect(page.getByText(/The chosen reply is the shorter one in 100% of pairs/)).toBeVisible();
    await expect(page.getByRole("list", { name: "Languages" })).toContainText("English");
    expect(await axeFindings(page)).toEqual([]);
  });

  await test.step("it is compared with another version", async () => {
    await importFile(page, `${name}-2`, asLines([...rows.slice(1), { ...rows[0], prompt: `And what of ${name}?` }]));
    await toItsDataset(page);
    await page.getByRole("link", { name: "Compare" }).click();
    await chooseIn(page, page.getByRole("combobox", { name: "Second" }), new RegExp(`^${name} ·`));
    await expect(page.getByText(/^23 examples are in both/)).toBeVisible();
    await expect(page.getByText(`And what of ${name}?`)).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
  });

  const redacted = await test.step("private data is found and one address replaced", async () => {
    await page.goto(`${address}?view=privacy`);
    await page.getByRole("button", { name: "Scan" }).click();
    await expect(page.getByText("2 examples of 24 hold what looks private.")).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText("jane.doe@example.com")).toHaveCount(0);
    await page
      .getByRole("checkbox", { name: /^Redact example/ })
      .first()
      .uncheck();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Make a redacted copy" }).click();
    await expect(page.getByRole("heading", { level: 1, name: `${name}, redacted` })).toBeVisible({ timeout: 60_000 });
    await page.getByRole("searchbox").fill("@example.com");
    await expect(page.getByRole("article")).toHaveCount(1);
    return shaOf(page);
  });

  await test.step("its export comes back with the same hash", async () => {
    await page.getByRole("button", { name: "Export" }).click();
    const dialog = page.getByRole("dialog", { name: "Export this Dataset" });
    await expect(dialog.getByText("24 examples will be written.")).toBeVisible();
    await expect(dialog.getByText(/Carries everything/)).toBeVisible();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      dialog.getByRole("link", { name: "Download" }).click(),
    ]);
    const content = await fs.readFile(await download.path());
    expect(content.toString().trim().split("\n")).toHaveLength(24);
    await importFile(page, `${name}-again`, content, "Hone (everything)");
    await toItsDataset(page);
    expect(await shaOf(page)).toBe(redacted);
  });
});

const PROMPTS = ["What is the capital of France?", "What colour is the sky?", "What is the opposite of hot?"];

test("a vote is followed to the weights and back, and a person is erased from them", async ({ page, asAdmin }) => {
  test.setTimeout(420_000);
  const name = uniqueName("Leaver");
  const leaver = await signUp(asAdmin.url, name);
  for (const prompt of PROMPTS) {
    await preferShorter(asAdmin, prompt);
    await preferShorter(leaver, `${prompt} (${name})`);
  }
  const { id: runId } = await asAdmin.trpc.run.create.mutate({ method: "DPO", config: { epochs: 1 } });

  const adapter = await test.step("an adapter learns from it", async () => {
    await page.goto(`/admin/runs/${runId}`);
    await page
      .getByText(/This run made the adapter/)
      .getByRole("link")
      .click({ timeout: 240_000 });
    await expect(page).toHaveURL(/\/admin\/adapters\//);
    return page.url();
  });

  await test.step("from the adapter to a vote", async () => {
    await page.getByRole("link", { name: "See all of it" }).click();
    const path = page.getByRole("list", { name: "The path" });
    await expect(path.getByRole("heading", { name: /People|Person/ })).toBeVisible();
    await expect(page.getByRole("table").filter({ hasText: name }).first()).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
    await page
      .getByRole("row")
      .filter({ hasText: name })
      .getByRole("link", { name: new RegExp(name) })
      .last()
      .click();
    await expect(page).toHaveURL(/\/admin\/pairs\/[0-9a-f-]{36}$/);
    await expect(page.getByRole("heading", { name: "Judgements", exact: true })).toBeVisible();
    await page.getByRole("link", { name: "Follow this judgement" }).first().click();
    await expect(page).toHaveURL(/\/admin\/lineage\/judgements\/feedback\//);
    expect(await axeFindings(page)).toEqual([]);
  });

  await test.step("and back to the adapter", async () => {
    const hash = /[0-9a-f]{6}/.exec((await asAdmin.trpc.run.get.query({ id: runId })).lineage.adapter!.sha256)![0];
    await page.getByRole("list", { name: "The path" }).getByRole("link", { name: hash }).click();
    await expect(page.getByRole("heading", { level: 1, name: `What adapter ${hash} learned from` })).toBeVisible();
  });

  await test.step("the person is erased, after their email is typed", async () => {
    await page.goto("/admin/people");
    await page.getByRole("link", { name: `Erase ${name}` }).click();
    await expect(page.getByText("Adapters that learned from it and would be flagged")).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
    const act = page.getByRole("button", { name: "Erase for good" });
    const email = page.getByRole("textbox", { name: /^Type .+ to go on$/ });
    await email.fill("somebody@else.example");
    await act.click();
    await expect(page.getByText("This is not the email of the person.")).toBeVisible();
    await email.fill(leaver.email);
    await act.click();
    await expect(page.getByRole("heading", { level: 1, name: /^Erasure of/ })).toBeVisible({ timeout: 60_000 });
    await expect(page.getByRole("definition").filter({ hasText: /^6$/ }).first()).toBeVisible(); // thumbs
    expect(await axeFindings(page)).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download the report" }).click(),
    ]);
    const report = await fs.readFile(await download.path(), "utf8");
    expect(report).not.toContain(leaver.email);
    expect(report).not.toContain(name);
    expect(JSON.parse(report)).toMatchObject({ removed: { feedback: 6 } });
  });

  await test.step("the adapter is flagged, and one click trains it anew", async () => {
    await page.goto("/admin/overview");
    await expect(page.getByText("Adapters learned from erased data")).toBeVisible();
    await page.goto(adapter);
    const flag = page.getByText(/that this adapter learned from have been erased since/);
    await expect(flag).toBeVisible();
    await page.getByRole("button", { name: "Retrain without them" }).click();
    await page.getByRole("link", { name: "See the run" }).click({ timeout: 60_000 });
    await expect(page.getByText(/This run made the adapter/)).toBeVisible({ timeout: 240_000 });
    await page.goto(adapter);
    await expect(page.getByRole("button", { name: "Retrain without them" })).toHaveCount(0);
  });
});

test("on a phone, in the dark and in Chinese the data pages hold together", async ({
  page,
  asAdmin,
  context,
  baseURL,
}) => {
  const name = uniqueName("marbles");
  const { dataset } = await asAdmin.trpc.dataset.upload.mutate({
    kind: "PAIRS",
    name,
    text: asLines(pairsAbout(name)).toString(),
  });
  await page.setViewportSize({ width: 360, height: 780 });
  await page.emulateMedia({ colorScheme: "dark" });
  await context.addCookies([{ name: "hone-locale", value: "zh", url: baseURL! }]);
  const views = ["", "?view=statistics", "?view=privacy"].map((view) => `/admin/datasets/${dataset!.id}${view}`);
  for (const path of [...views, `/admin/datasets/compare?a=${dataset!.id}`, "/admin/imports", "/admin/erasures"]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await page.waitForLoadState("networkidle");
    expect(await axeFindings(page), path).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, path).toBeLessThanOrEqual(0);
  }
});

test("settings are checked before they are sent, saved with an undo, and worked by keyboard", async ({
  page,
  asAdmin,
}) => {
  const before = await asAdmin.trpc.setting.get.query();
  await page.goto("/admin/settings");
  const share = page.getByLabel("Most from one person (%)");
  await share.fill("120");
  const card = page.locator("#guards");
  await expect(card.getByText("From 0 to 100.")).toBeVisible();
  await share.fill("2.5");
  await share.press("Enter");
  await expect.poll(async () => (await asAdmin.trpc.setting.get.query()).guards.raterShare).toBe(0.025);
  await undo(page);
  await expect.poll(async () => (await asAdmin.trpc.setting.get.query()).guards).toEqual(before.guards);
  await expect(share).toHaveValue(String(before.guards.raterShare * 100));

  await page.getByRole("button", { name: "Add a tag" }).click();
  await page.locator("#reasons").getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Write it in both languages.")).toBeVisible();
  await page.locator("#reasons").getByRole("button", { name: "Discard" }).click();
  await page.locator("#guidelines").getByRole("textbox", { name: "English" }).fill("## Be fair\n\nAlways.");
  await expect(page.getByRole("heading", { name: "Be fair" })).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  expect((await asAdmin.trpc.setting.get.query()).guidelines).toEqual(before.guidelines);
});
