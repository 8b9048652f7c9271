// Two long replies at once: both grow, one or both are stopped, a reload picks both up.
import type { Page } from "@playwright/test";
import { expect, say, test } from "../helpers/e2e.ts";

const pane = (page: Page, letter: string) => page.getByRole("article", { name: `Reply ${letter}`, exact: true });
const heard = async (page: Page) =>
  Promise.all(["A", "B"].map(async (letter) => (await pane(page, letter).innerText()).length));
const grown = (page: Page, than: number[]) =>
  expect
    .poll(async () => (await heard(page)).every((length, place) => length > than[place]! + 20), { timeout: 90_000 })
    .toBe(true);

test.beforeEach(async ({ page, person }) => {
  test.setTimeout(240_000); // two replies share the core that the other tests' one has alone
  expect(person.email).toContain("@");
  await page.goto("/chat");
  await page.getByRole("button", { name: "Two replies side by side" }).click();
  await say(page, "Tell me a very long story.");
  await expect(pane(page, "B")).toBeVisible({ timeout: 30_000 });
  await grown(page, [0, 0]);
});

test("both are written at once, survive a reload, and Stop ends both", async ({ page, person }) => {
  await expect(page.getByRole("button", { name: "A is better" })).toBeDisabled();
  await grown(page, await heard(page));
  await page.reload();
  await grown(page, [20, 20]);
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.getByText("You stopped this reply.")).toHaveCount(2);
  await expect(page.getByRole("button", { name: "A is better" })).toBeEnabled();

  // The order on screen is the stored one, whatever ended first.
  const [conversation] = (await person.trpc.conversation.list.query({})).items;
  const { drafts, messages } = await person.trpc.conversation.get.query({ id: conversation!.id });
  const first = messages.find(({ id }) => id === drafts[0]?.shown[0])!;
  // Any byte may be said: an underscore that stands for emphasis is not drawn, nor are words within < and >.
  const words = first.content.replaceAll(/[\W_]+/g, "").slice(0, 12);
  expect((await pane(page, "A").innerText()).replaceAll(/[\W_]+/g, "")).toContain(words);
});

test("one is stopped while the other goes on", async ({ page }) => {
  await page.getByRole("button", { name: "Stop reply A" }).click();
  await expect(pane(page, "A")).toContainText("You stopped this reply.");
  const [, before] = await heard(page);
  await expect.poll(async () => (await heard(page))[1]).toBeGreaterThan(before! + 20);
  await expect(page.getByRole("button", { name: "A is better" })).toBeDisabled();
  await page.keyboard.press("Escape");
  await expect(pane(page, "B")).toContainText("You stopped this reply.");
  await page.keyboard.press("Alt+1");
  await expect(page.getByText("You chose this one of 2 replies.")).toBeVisible();
});
