// What people decide about their data: consent, opting out wholly or per conversation, their feedback, a copy, and leaving.
import { devices, type Page } from "@playwright/test";
import { type Person, visitor, wholeReply } from "../helpers/api.ts";
import { axeFindings, expect, replies, say, test, undo, wholeReplyOn } from "../helpers/e2e.ts";

const learn = (page: Page) => page.getByRole("switch", { name: "Learn from my conversations" });
const optedOut = async (person: Person) => (await person.trpc.account.get.query()).trainingOptOut;
const listed = async (person: Person) => (await person.trpc.conversation.list.query({})).items[0];

test("the first visit says how words are used, with the switch beside it", async ({ page, person }) => {
  await page.goto("/chat");
  const consent = page.getByRole("region", { name: "How your words are used" });
  const { consent: text } = await person.trpc.account.get.query();
  await expect(consent).toContainText(text.en);
  await expect(learn(page)).toBeChecked();
  expect(await axeFindings(page)).toEqual([]);

  await learn(page).click();
  await expect(learn(page)).not.toBeChecked();
  await expect.poll(() => optedOut(person)).toBe(true);
  await undo(page);
  await expect(learn(page)).toBeChecked();
  await expect.poll(() => optedOut(person)).toBe(false);

  await consent.getByRole("button", { name: "Understood" }).click();
  await expect(consent).not.toContainText(text.en);
  await expect.poll(async () => (await person.trpc.account.get.query()).consentedAt).not.toBeNull();
  await page.reload();
  await expect(learn(page)).toBeVisible();
  await expect(consent.getByRole("button", { name: "Understood" })).toHaveCount(0);
});

test("a conversation is kept out of training by its menu, and says so", async ({ page, person }) => {
  await page.goto("/chat");
  await say(page, "A private matter.");
  await wholeReplyOn(page);
  const list = page.getByRole("navigation", { name: "Conversations" });
  await list.getByRole("button", { name: /^Options for/ }).click();
  await page.getByRole("menuitem", { name: "Keep out of training" }).click();
  const badge = page.getByRole("button", { name: "Not for training" });
  await expect(badge).toBeVisible();
  await expect(list.getByRole("link", { name: /, not for training$/ })).toBeVisible();
  await expect.poll(async () => (await listed(person))?.trainingOptOut).toBe(true);

  await undo(page);
  await expect(badge).toBeHidden();
  await expect.poll(async () => (await listed(person))?.trainingOptOut).toBe(false);

  await list.getByRole("button", { name: /^Options for/ }).click();
  await page.getByRole("menuitem", { name: "Keep out of training" }).click();
  await expect(badge).toBeVisible();
  // The focus went back to the menu's button, whose tooltip axe wants in a landmark.
  await page.getByRole("textbox", { name: "Message", exact: true }).focus();
  await expect(page.getByRole("tooltip")).toHaveCount(0);
  expect(await axeFindings(page)).toEqual([]);
  await badge.click();
  await page.getByRole("button", { name: "Let it be used for training" }).click();
  await expect(badge).toBeHidden();
  await expect.poll(async () => (await listed(person))?.trainingOptOut).toBe(false);
});

test("who opts out wholly sees it in every conversation", async ({ page, person }) => {
  await page.goto("/settings/privacy");
  await learn(page).click();
  await expect.poll(() => optedOut(person)).toBe(true);
  await page.goto("/chat");
  await say(page, "Hello!");
  await wholeReplyOn(page);
  await page.getByRole("button", { name: "Not for training" }).click();
  await page.getByRole("link", { name: "Open your data settings" }).click();
  await expect(learn(page)).not.toBeChecked();
});

/** One of each: a thumb, a choice between two replies, and a rewritten reply. */
async function judgeThrice(page: Page): Promise<void> {
  await page.goto("/chat");
  await say(page, "What is the capital of Norway?");
  const reply = await wholeReplyOn(page);
  await reply.getByRole("button", { name: "Bad reply" }).click();
  await reply.getByRole("button", { name: "Wrong" }).click();
  await reply.getByRole("button", { name: "Edit reply" }).click();
  await page.getByRole("textbox", { name: "The reply as it should have been" }).fill("It is Oslo.");
  await page.getByRole("button", { name: "Save as the better reply" }).click();
  await expect(replies(page)).toContainText("It is Oslo.");
  await page.getByRole("button", { name: "Two replies side by side" }).click();
  await say(page, "And of Sweden?");
  await expect(page.getByText("Which one is better?")).toBeVisible({ timeout: 30_000 });
  await page.keyboard.press("Alt+1");
  await expect(page.getByText("You chose this one of 2 replies.")).toBeVisible();
}

test("my feedback lists each judgement with what became of it, and takes it back", async ({ page, person }) => {
  await judgeThrice(page);
  const mine = async () => (await person.trpc.feedback.mine.query({})).items.map(({ kind }) => kind).sort();
  await expect.poll(mine).toEqual(["CHOICE", "EDIT", "FEEDBACK"]);
  await page.goto("/settings/feedback");
  const items = page.getByRole("main").getByRole("listitem");
  await expect(items).toHaveCount(3);
  const thumb = items.filter({ hasText: "Bad reply" });
  await expect(thumb).toContainText("Wrong");
  const edit = items.filter({ hasText: "Rewritten by you" });
  await expect(edit).toContainText("It is Oslo.");
  await expect(edit).toContainText("The next training can use it.");
  expect(await axeFindings(page)).toEqual([]);

  await page.getByRole("combobox", { name: "Kind of feedback" }).click();
  await page.getByRole("option", { name: "Choices" }).click();
  await expect(items).toHaveCount(1);
  await page.getByRole("combobox", { name: "Kind of feedback" }).click();
  await page.getByRole("option", { name: "Everything" }).click();

  for (const [item, kind] of [
    [thumb, "FEEDBACK"],
    [edit, "EDIT"],
    [items.filter({ hasText: "The better of several replies" }), "CHOICE"],
  ] as const) {
    await item.getByRole("button", { name: /^Withdraw/ }).click();
    await expect(items).toHaveCount(2);
    await expect.poll(mine).not.toContain(kind);
    await undo(page);
    await expect(items).toHaveCount(3);
    await expect.poll(mine).toContain(kind);
  }
});

test("a copy of one's data, and leaving with all of it", async ({ page, person, baseURL, expectedErrors }) => {
  expectedErrors.push(/40[0-9]/); // the wrong password, and what the page asks once the session is dead
  await page.goto("/chat");
  await say(page, "My secret is a blue bicycle.");
  await wholeReplyOn(page);

  await page.goto("/settings/privacy");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).click();
  const file = await (await download).createReadStream();
  const text = Buffer.concat(await file.toArray()).toString("utf8");
  expect(JSON.parse(text)).toBeTruthy();
  expect(text).toContain("My secret is a blue bicycle.");
  expect(text).toContain(person.email);

  await page.getByRole("button", { name: "Delete account…" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete your account?" });
  await expect(dialog).toContainText("1 conversation, 2 messages and 0 judgements");
  expect(await axeFindings(page, { part: "[role=dialog]" })).toEqual([]);
  await dialog.getByLabel("Your password").fill("not the password");
  await dialog.getByRole("button", { name: "Delete account for good" }).click();
  await expect(dialog.getByRole("alert")).toBeVisible();
  await dialog.getByLabel("Your password").fill(person.password);
  await dialog.getByRole("button", { name: "Delete account for good" }).click();
  await page.waitForURL(/\/sign-in/);
  await page.getByLabel("Email").fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("This email and password do not fit together.")).toBeVisible();
  const dead = await visitor(baseURL!).fetch("/api/account/export");
  expect(dead.status).toBe(401);
});

const PAGES = ["/settings", "/settings/feedback", "/settings/privacy"];

test("axe has no findings on the settings: dark, and in Chinese", async ({ page, person, context, baseURL }) => {
  expect(person.email).toContain("@");
  await page.emulateMedia({ colorScheme: "dark" });
  for (const locale of ["en", "zh"]) {
    await context.addCookies([{ name: "hone-locale", value: locale, url: baseURL! }]);
    for (const path of PAGES) {
      await page.goto(path);
      await page.waitForLoadState("networkidle");
      expect(await axeFindings(page), `${path} ${locale}`).toEqual([]);
    }
  }
});

test.describe("on a phone", () => {
  const { viewport, userAgent, hasTouch, deviceScaleFactor } = devices["Pixel 7"];
  test.use({ viewport, userAgent, hasTouch, deviceScaleFactor });

  test("the settings fit the screen", async ({ page, person }) => {
    const content = `Say ${"long".repeat(40)}!`; // a word that no line can hold
    const requestKey = crypto.randomUUID();
    const { reply } = await person.trpc.message.send.mutate({ parentId: null, content, requestKey });
    await wholeReply(person, reply.id);
    await person.trpc.feedback.set.mutate({ messageId: reply.id, value: -1, reasons: ["wrong"], comment: content });
    await person.trpc.feedback.edit.mutate({ messageId: reply.id, content, requestKey: crypto.randomUUID() });
    for (const path of PAGES) {
      await page.goto(path);
      await page.waitForLoadState("networkidle");
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, path).toBeLessThanOrEqual(0);
      if (path.endsWith("feedback")) await expect(page.getByRole("main").getByRole("listitem")).toHaveCount(2);
      expect(await axeFindings(page), path).toEqual([]);
    }
  });
});
