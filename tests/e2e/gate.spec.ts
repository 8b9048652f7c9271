// A candidate's gate in the browser: watch it being measured, read the report, taste blindly by keys, refuse and approve; thresholds and checks.
import { randomUUID } from "node:crypto";
import { signIn } from "../helpers/api.ts";
import { freeTrainer, undecidedGates } from "../helpers/calm.ts";
import { preferShorter } from "../helpers/crowd.ts";
import { admin, axeFindings, expect, test, undo } from "../helpers/e2e.ts";

/** Prompts whose replies come in several styles, so that two drafts differ. */
const PROMPTS = [
  "What is the capital of Spain?",
  "What is the opposite of tall?",
  "How many days are in a year?",
  "热的反义词是什么？",
];

let policy: Awaited<ReturnType<typeof undecidedGates>>;
test.beforeAll(async ({ baseURL }) => {
  policy = await undecidedGates(await signIn(baseURL!, admin));
});
test.afterAll(() => policy.restore());

test("a candidate is measured, tasted blindly and let through", async ({ page, asAdmin }) => {
  test.setTimeout(300_000);
  await freeTrainer(asAdmin);
  for (const prompt of PROMPTS) await preferShorter(asAdmin, prompt);
  const { id } = await asAdmin.trpc.run.create.mutate({ method: "DPO", seed: 11 });

  await test.step("the run's page leads to the report", async () => {
    await page.goto(`/admin/runs/${id}`);
    const report = page.getByRole("link", { name: "Read the report" });
    await expect(report).toBeVisible({ timeout: 240_000 });
    await report.click();
    await expect(page).toHaveURL(/\/admin\/gates\/[0-9a-f-]{36}$/);
  });
  const address = page.url();

  await test.step("the verdict is a sentence, and the table has every suite", async () => {
    // A handful of pairs cannot decide anything, and nothing speaks against what they taught.
    const verdict = page.getByRole("region", { name: "Verdict" });
    await expect(verdict).toContainText(/Nothing speaks against [0-9a-f]{6}/, { timeout: 180_000 });
    await expect(verdict).toContainText("A person should decide.");
    const table = page.getByRole("region", { name: "What was measured" });
    await expect(table.getByRole("row")).toHaveCount(13);
    await expect(table.getByRole("row", { name: /^Judge/ })).toContainText("Does not apply");
    await expect(table.getByRole("row", { name: /^Knowledge/ })).toContainText(/at most 100%/);
    expect(await axeFindings(page)).toEqual([]);
  });

  await test.step("names stay hidden until one has tasted or asks for them", async () => {
    await expect(page.getByText("Names would spoil the taste test.")).toBeVisible();
    await expect(page.getByRole("article")).toHaveCount(0);
    await page.getByRole("link", { name: "Taste first" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Blind taste test" })).toBeVisible();
  });

  await test.step("taste by keys alone, go back once, and stop early", async () => {
    await expect(page.getByText(/^Pair 1 of \d+$/)).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press("1");
    await expect(page.getByText(/^Pair 2 of \d+$/)).toBeVisible();
    await page.keyboard.press("u");
    await expect(page.getByText(/^Pair 1 of \d+$/)).toBeVisible();
    await page.keyboard.press("0");
    await expect(page.getByText(/^Pair 2 of \d+$/)).toBeVisible();
    await page.keyboard.press("ArrowRight");
    await expect(page.getByText(/^Pair 3 of \d+$/)).toBeVisible();
    await page.getByRole("button", { name: "Stop here" }).click();
    await expect(page.getByText(/^Of 2 pairs you preferred the candidate’s reply in [01]/)).toBeVisible();
    await expect(page.getByText("in 1 you saw no difference")).toBeVisible();
    await expect(page.getByText("You saw no difference.", { exact: true })).toBeVisible();
    await expect(page.getByText("your choice")).toHaveCount(1);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("link", { name: "Back to the report" }).click();
    await expect(page).toHaveURL(address);
  });

  await test.step("refuse with a reason, then approve; activation says what it would change", async () => {
    await page.getByRole("button", { name: "Refuse" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByRole("button", { name: /^Refuse/ }).click();
    await expect(dialog.getByText("Say why, for whoever trains the next one.")).toBeVisible();
    await dialog.getByLabel("Reason").fill("The cats are gone.");
    await dialog.getByRole("button", { name: /^Refuse/ }).click();
    await expect(page.getByText("The cats are gone.")).toBeVisible();

    await page.getByRole("button", { name: "Approve" }).click();
    await dialog.getByRole("button", { name: /^Approve/ }).click();
    await expect(page.getByText("It has every approval it needs.")).toBeVisible();
    await expect(page.getByText("The cats are gone.")).toHaveCount(0);
    await page.getByRole("button", { name: "Activate" }).click();
    await expect(dialog.getByRole("button", { name: /^Activate r\d+$/ })).toBeEnabled();
    // What is live stays as it is: other tests count releases.
    await dialog.getByRole("button", { name: "Cancel" }).click();
  });

  await test.step("the list has it", async () => {
    await page.goto("/admin/gates");
    await expect(page.getByRole("region", { name: "Gates" }).getByRole("row").nth(1)).toContainText("Undecided");
    expect(await axeFindings(page)).toEqual([]);
  });
});

test("thresholds are numbers that say what is wrong with them, and can be put back", async ({ page, asAdmin }) => {
  await page.goto("/admin/gates/policy");
  const field = page.getByLabel("Held-out pairs, at least");
  const before = await field.inputValue();
  await field.fill("none");
  await expect(page.getByText("Write a number.")).toBeVisible();
  await field.fill("12");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  expect((await asAdmin.trpc.setting.get.query()).gatePolicy.leastPairs).toBe(12);
  await undo(page);
  await expect(field).toHaveValue(before);
  expect(await axeFindings(page)).toEqual([]);
});

test("a check is written, tried on what is live, switched off, deleted and put back", async ({ page, asAdmin }) => {
  const prompt = `What is the capital of Italy? (${randomUUID().slice(0, 8)})`;
  await page.goto("/admin/gates/checks");
  const knowledge = page.locator("section").filter({ has: page.getByRole("heading", { name: "Knowledge" }) });
  await knowledge.getByRole("button", { name: "Add" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Write what is said.")).toBeVisible();
  await dialog.getByLabel("Prompt", { exact: true }).fill(prompt);
  await dialog.getByLabel("Phrases").fill("Rome\n罗马");
  await dialog.getByRole("button", { name: "Try it on what is live" }).click();
  await expect(dialog.getByText(/^What is live (passes|does not pass)\.$/)).toBeVisible({ timeout: 60_000 });
  expect(await axeFindings(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Save" }).click();

  const row = page.getByRole("listitem").filter({ hasText: prompt });
  await expect(row).toContainText("Should contain “Rome” or “罗马”.");
  await row.getByRole("switch").click();
  await expect
    .poll(async () => (await asAdmin.trpc.check.list.query()).find((check) => check.prompt.at(-1)?.content === prompt))
    .toMatchObject({ enabled: false, builtIn: false });
  await row.getByRole("button", { name: "Delete" }).click();
  await expect(row).toHaveCount(0);
  await undo(page);
  await expect(row).toHaveCount(1);
  const again = (await asAdmin.trpc.check.list.query()).find((check) => check.prompt.at(-1)?.content === prompt);
  await asAdmin.trpc.check.delete.mutate({ id: again!.id });
});
