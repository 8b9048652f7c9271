// Long replies: stopping one, losing the connection in the middle, coming back to one in another tab.
import { followReply } from "../helpers/api.ts";
import { expect, replies, say, test, textShown } from "../helpers/e2e.ts";

test.beforeEach(async ({ page, person }) => {
  expect(person.email).toContain("@");
  await page.goto("/chat");
  await say(page, "Tell me a very long story.");
  await expect
    .poll(async () => (await replies(page).last().innerText()).length, { timeout: 30_000 })
    .toBeGreaterThan(20);
});

test("Stop keeps what was said and says so", async ({ page }) => {
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.getByText("You stopped this reply.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Send", exact: true })).toBeVisible();
  const said = await replies(page).last().innerText();
  await page.reload();
  await expect(page.getByText("You stopped this reply.")).toBeVisible();
  expect((await replies(page).last().innerText()).length).toBeGreaterThan(20);
  expect(said.length).toBeGreaterThan(20);
});

test("Esc stops as well", async ({ page }) => {
  await page.keyboard.press("Escape");
  await expect(page.getByText("You stopped this reply.")).toBeVisible();
});

test("a dropped connection picks the reply up where it was", async ({ page, context, person, expectedErrors }) => {
  expectedErrors.push(/ERR_INTERNET_DISCONNECTED|Failed to fetch|ERR_NETWORK/);
  await context.setOffline(true);
  await expect(page.getByText("You are offline.")).toBeVisible();
  const before = await replies(page).last().innerText();
  const [conversation] = (await person.trpc.conversation.list.query({})).items;
  const spoken = async () => {
    const { messages } = await person.trpc.conversation.get.query({ id: conversation!.id });
    return messages.at(-1)!;
  };
  // The reply goes on at the server while the page hears nothing: another reader gets beyond what the page shows.
  let heard = 0;
  const reader = new AbortController();
  for await (const event of followReply(person, (await spoken()).id, { signal: reader.signal })) {
    if (event.type === "delta") heard += event.text.length;
    if (event.type === "end" || heard > before.length + 100) break;
  }
  reader.abort();
  expect(heard).toBeGreaterThan(before.length + 100);
  await context.setOffline(false);
  await expect
    .poll(async () => (await replies(page).last().innerText()).length, { timeout: 45_000 })
    .toBeGreaterThan(before.length + 20);
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.getByText("You stopped this reply.")).toBeVisible();
  // Nothing twice, nothing missing: the page shows what the server has.
  await expect.poll(async () => (await spoken()).status).toBe("INTERRUPTED");
  await textShown(replies(page).last());
  const shown = await replies(page).last().locator("p, li, h1, h2, h3, code, td").allInnerTexts();
  await page.reload();
  await expect(page.getByText("You stopped this reply.")).toBeVisible();
  expect(await replies(page).last().locator("p, li, h1, h2, h3, code, td").allInnerTexts()).toEqual(shown);
});

test("another tab follows the same reply, and closing one disturbs nobody", async ({ page, context }) => {
  const other = await context.newPage();
  await other.goto(page.url());
  await expect
    .poll(async () => (await replies(other).last().innerText()).length, { timeout: 30_000 })
    .toBeGreaterThan(20);
  await page.close();
  const heard = (await replies(other).last().innerText()).length;
  await expect
    .poll(async () => (await replies(other).last().innerText()).length, { timeout: 30_000 })
    .toBeGreaterThan(heard);
  await other.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(other.getByText("You stopped this reply.")).toBeVisible();
});
