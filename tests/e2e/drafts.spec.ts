// Replies side by side: choosing, changing, undoing, writing on, the keyboard, the phone, the dark and Chinese; and rewriting one.
import { devices, type Locator, type Page } from "@playwright/test";
import type { Person } from "../helpers/api.ts";
import { axeFindings, expect, replies, say, test, textShown, undo, wholeReplyOn } from "../helpers/e2e.ts";

const QUESTION = "What is the capital of France?";

const panelOn = (page: Page): Locator => page.getByRole("region", { name: "2 replies side by side" });
const paneOf = (page: Page, letter: string): Locator => panelOn(page).getByRole("article", { name: `Reply ${letter}` });
const composerOn = (page: Page): Locator => page.getByRole("textbox", { name: "Message", exact: true });

/** Asks for two replies side by side and waits until there is something to choose. */
async function askForTwo(page: Page, question = QUESTION): Promise<Locator> {
  await page.goto("/chat");
  await page.getByRole("button", { name: "Two replies side by side" }).click();
  await say(page, question);
  await readyToChoose(page);
  return panelOn(page);
}

async function readyToChoose(page: Page): Promise<void> {
  await expect(page.getByText("Which one is better?")).toBeVisible({ timeout: 30_000 });
  await expect(panelOn(page).locator(".markdown")).toHaveText([/\S/, /\S/]);
}

/** Writes on and waits for the reply, the second of the conversation. */
async function writeOn(page: Page, text: string): Promise<void> {
  await say(page, text);
  await expect(replies(page)).toHaveCount(2, { timeout: 30_000 });
  await wholeReplyOn(page);
}

/** The conversation as the server has it. */
async function stored(person: Person) {
  const [conversation] = (await person.trpc.conversation.list.query({})).items;
  return person.trpc.conversation.get.query({ id: conversation!.id });
}

/** What the server says of the drafts, newest last; the page shows a choice before the server has heard of it. */
const choices = async (person: Person) => (await stored(person)).drafts.map(({ choice }) => choice?.kind ?? null);

test("the picked reply is the one that goes on, and only then says who spoke", async ({ page, person }) => {
  const panel = await askForTwo(page);
  await textShown(paneOf(page, "B"));
  const second = await paneOf(page, "B").innerText();
  await expect(page.getByRole("button", { name: /^Release/ })).toHaveCount(0);
  const before = await stored(person);
  expect(before.messages.map(({ release }) => release)).toEqual([null, null, null]);

  await panel.getByRole("button", { name: "B is better" }).click();
  await expect(panel).toBeHidden();
  await expect(replies(page)).toHaveCount(1);
  const picked = replies(page).first();
  await textShown(picked);
  await expect(picked).toContainText("You chose this one of 2 replies.");
  await expect(picked.getByRole("button", { name: /^Release r\d+/ })).toBeVisible();
  expect(second).toContain((await picked.innerText()).split("\n")[0]!);
  await expect(composerOn(page)).toBeFocused();
  const { drafts } = await stored(person);
  expect(drafts[0]?.choice).toEqual({ kind: "PICK", messageId: drafts[0]?.shown[1] });

  await page.getByRole("button", { name: "Two replies side by side" }).click();
  await writeOn(page, "And of Japan?");
  const { messages } = await stored(person);
  expect(messages.find(({ content }) => content === "And of Japan?")?.parentId).toBe(drafts[0]?.shown[1]);
  await page.reload();
  await expect(replies(page)).toHaveCount(2);
  await expect(replies(page).first()).toContainText("You chose this one of 2 replies.");
});

test("a choice is undone, changed, and taken back", async ({ page, person }) => {
  const panel = await askForTwo(page);
  await panel.getByRole("button", { name: "A is better" }).click();
  await expect(panel).toBeHidden();
  await undo(page);
  await readyToChoose(page);
  await expect.poll(() => choices(person)).toEqual([null]);
  await expect(page.getByRole("button", { name: /^Release/ })).toHaveCount(0);

  await panel.getByRole("button", { name: "Tie", exact: true }).click();
  await expect(page.getByText("You called 2 replies a tie.")).toBeVisible();
  await expect.poll(() => choices(person)).toEqual(["TIE"]);

  await page.getByRole("button", { name: "Change", exact: true }).click();
  await expect(panel.getByRole("button", { name: "Tie", exact: true })).toHaveAttribute("aria-pressed", "true");
  await panel.getByRole("button", { name: "Both bad" }).click();
  await expect(page.getByText("You found none of 2 replies good enough.")).toBeVisible();
  await expect.poll(() => choices(person)).toEqual(["BOTH_BAD"]);

  await page.getByRole("button", { name: "Change", exact: true }).click();
  await page.getByRole("button", { name: "Take the choice back" }).click();
  await readyToChoose(page);
  await expect.poll(() => choices(person)).toEqual([null]);
});

test("the keyboard alone chooses, while the words being typed stay", async ({ page, person }) => {
  const panel = await askForTwo(page);
  await expect(composerOn(page)).toBeFocused();
  await page.keyboard.type("1 more thing");
  await page.keyboard.press("Alt+2");
  await expect(panel).toBeHidden();
  await expect(composerOn(page)).toHaveValue("1 more thing");
  await expect.poll(() => choices(person)).toEqual(["PICK"]);
  await page.keyboard.type("?"); // inside a field it is a character
  await expect(composerOn(page)).toHaveValue("1 more thing?");
  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await expect(page.getByRole("dialog")).toContainText("Choose among replies side by side");
});

test("writing on needs no choice, keeps the reader blind, and the choice can be made up for", async ({
  page,
  person,
}) => {
  await askForTwo(page);
  await page.getByRole("button", { name: "Two replies side by side" }).click();
  await writeOn(page, "And of Spain?");
  const first = replies(page).first();
  await expect(first).toContainText("You have not compared this reply");
  await expect(first.getByRole("button", { name: /^Release/ })).toHaveCount(0);
  const { messages, drafts } = await stored(person);
  expect(messages.find(({ content }) => content === "And of Spain?")?.parentId).toBe(drafts[0]?.shown[0]);

  await first.getByRole("button", { name: "Compare", exact: true }).click();
  await panelOn(page).getByRole("button", { name: "A is better" }).click();
  await expect(replies(page)).toHaveCount(2);
  await expect(first).toContainText("You chose this one of 2 replies.");
  await expect(first.getByRole("button", { name: /^Release/ })).toBeVisible();
});

test("another reply is asked for beside one that is there", async ({ page, person }) => {
  await page.goto("/chat");
  await say(page, QUESTION);
  const reply = await wholeReplyOn(page);
  await reply.getByRole("button", { name: "Compare with another reply" }).click();
  await readyToChoose(page);
  await expect(panelOn(page).getByRole("article")).toHaveCount(2);
  await panelOn(page).getByRole("button", { name: "A is better" }).click();
  await expect.poll(() => choices(person)).toEqual(["PICK"]);
});

test("a reply is rewritten as it should have been, and that is undone", async ({ page, person }) => {
  await page.goto("/chat");
  await say(page, QUESTION);
  const reply = await wholeReplyOn(page);
  await reply.getByRole("button", { name: "Edit reply" }).click();
  const field = page.getByRole("textbox", { name: "The reply as it should have been" });
  await field.fill("Paris, on the Seine.");
  await page.keyboard.press("Control+Enter");
  await expect(replies(page)).toContainText("Paris, on the Seine.");
  await expect(replies(page).getByText("Written by you")).toBeVisible();
  await expect(replies(page).getByText("2/2")).toBeVisible();
  await expect(replies(page).getByRole("button", { name: "Good reply" })).toHaveCount(0);
  await undo(page);
  await expect(replies(page).getByText("Written by you")).toBeHidden();
  expect((await stored(person)).messages).toHaveLength(2);

  await replies(page).getByRole("button", { name: "Edit reply" }).click();
  await field.fill("It is Paris.");
  await page.getByRole("button", { name: "Save as the better reply" }).click();
  await expect(replies(page)).toContainText("It is Paris.");
  expect(await axeFindings(page)).toEqual([]);
  await writeOn(page, "Thanks!");
  const { messages } = await stored(person);
  const edited = messages.find(({ content }) => content === "It is Paris.");
  expect(messages.find(({ content }) => content === "Thanks!")?.parentId).toBe(edited?.id);
});

test("a thumb's tags and comment are changed later, and its withdrawal undone", async ({ page, person }) => {
  const feedback = async () => (await stored(person)).messages.at(-1)?.feedback ?? null;
  await page.goto("/chat");
  await say(page, QUESTION);
  const reply = await wholeReplyOn(page);
  const down = reply.getByRole("button", { name: "Bad reply" });
  await down.click();
  await reply.getByRole("button", { name: "Wrong" }).click();
  await reply.getByRole("textbox", { name: "Comment on this reply" }).fill("It is Paris.");
  await reply.getByRole("button", { name: "Done" }).click();
  await reply.getByRole("button", { name: /^Change what you said: Wrong/ }).click();
  await reply.getByRole("button", { name: "Too short" }).click();
  const said = { value: -1, reasons: ["wrong", "too-short"], comment: "It is Paris." };
  await expect.poll(feedback).toEqual(said);

  await down.click();
  await expect(down).toHaveAttribute("aria-pressed", "false");
  await expect.poll(feedback).toBeNull();
  await undo(page);
  await expect(down).toHaveAttribute("aria-pressed", "true");
  await expect.poll(feedback).toEqual(said);
});

test.describe("on a phone", () => {
  const { viewport, userAgent, hasTouch, deviceScaleFactor } = devices["Pixel 7"];
  test.use({ viewport, userAgent, hasTouch, deviceScaleFactor });

  test("replies are tabs, and nothing scrolls sideways", async ({ page, person }) => {
    const panel = await askForTwo(page);
    const tabs = panel.getByRole("tab");
    await expect(tabs).toHaveCount(2);
    await expect(paneOf(page, "A")).toBeVisible();
    await expect(paneOf(page, "B")).toBeHidden();
    await tabs.nth(1).tap();
    await expect(paneOf(page, "B")).toBeVisible();
    await expect(page.getByText("continues from B")).toBeVisible();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    expect(await axeFindings(page)).toEqual([]);
    await panel.getByRole("button", { name: "B is better" }).tap();
    await expect.poll(() => choices(person)).toEqual(["PICK"]);
  });
});

test("axe has no findings on replies side by side: light, dark, chosen, Chinese", async ({ page, person, context }) => {
  expect(person.email).toContain("@");
  await askForTwo(page);
  expect(await axeFindings(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  await expect(page.locator("html")).toHaveClass(/dark/);
  expect(await axeFindings(page)).toEqual([]);
  await page.keyboard.press("Alt+t");
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await expect(panelOn(page)).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await context.addCookies([{ name: "hone-locale", value: "zh", url: page.url() }]);
  await page.reload();
  await expect(page.getByRole("article", { name: "回复" })).toContainText("不相上下");
  expect(await axeFindings(page)).toEqual([]);
});
