// The chat as people use it: branches, history, undo, the phone, the dark, Chinese, and the keyboard alone.
import { devices } from "@playwright/test";
import { expect, replies, say, test, undo, wholeReplyOn } from "../helpers/e2e.ts";

test("an edited prompt is a branch beside the old one", async ({ page, person }) => {
  expect(person.email).toContain("@");
  await page.goto("/chat");
  await say(page, "What is the capital of France?");
  const words = replies(page).locator(".markdown");
  await wholeReplyOn(page);
  const old = await words.innerText();
  await page.getByRole("button", { name: "Edit prompt" }).click();
  await page.getByRole("textbox", { name: "Edit prompt" }).fill("What is the capital of Japan?");
  await page.getByRole("button", { name: "Send edited prompt" }).click();
  const prompt = page.getByRole("article", { name: "Prompt" });
  await expect(prompt).toContainText("Japan");
  await expect(prompt).toContainText("2/2");
  await wholeReplyOn(page);
  await page.getByRole("button", { name: "Previous prompt" }).click();
  await expect(prompt).toContainText("France");
  await expect.poll(() => words.innerText()).toBe(old);
});

test("conversations are found, renamed, deleted and brought back", async ({ page, person }) => {
  expect(person.email).toContain("@");
  await page.goto("/chat");
  await say(page, "What is the opposite of hot?");
  await wholeReplyOn(page);
  const list = page.getByRole("navigation", { name: "Conversations" });
  await expect(list.getByRole("link")).toHaveCount(1);

  await list.getByRole("link").hover();
  await list.getByRole("button", { name: /^Options for/ }).click();
  await page.getByRole("menuitem", { name: "Rename" }).click();
  await page.getByRole("textbox", { name: "Title of the conversation" }).fill("Opposites");
  await page.keyboard.press("Enter");
  await expect(list.getByRole("link", { name: "Opposites" })).toBeVisible();

  const search = page.getByRole("searchbox", { name: "Search conversations" });
  await search.fill("nothing like it");
  await expect(page.getByText("Nothing found")).toBeVisible();
  await search.fill("opposite of hot"); // words of the messages count, not only the title
  await expect(list.getByRole("link", { name: "Opposites" })).toBeVisible();
  await search.fill("");

  await list.getByRole("button", { name: "Options for Opposites" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(page.getByText("No conversations yet")).toBeVisible();
  await undo(page);
  await expect(list.getByRole("link", { name: "Opposites" })).toBeVisible();
});

test("an undo never overtakes the deletion that it undoes", async ({ page, person }) => {
  await page.goto("/chat");
  await say(page, "What is the opposite of hot?");
  await wholeReplyOn(page);
  let deletes = () => {};
  const held = new Promise<void>((resolve) => {
    deletes = resolve;
  });
  await page.route(/conversation\.delete/, async (route) => {
    await held;
    await route.continue();
  });
  let restoring = false;
  page.on("request", (request) => {
    restoring ||= request.url().includes("conversation.restore");
  });
  const list = page.getByRole("navigation", { name: "Conversations" });
  await list.getByRole("button", { name: /^Options for/ }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(page.getByText("No conversations yet")).toBeVisible();
  await undo(page);
  expect(restoring).toBe(false);
  deletes();
  await expect(list.getByRole("link")).toHaveCount(1);
  expect((await person.trpc.conversation.list.query({})).items).toHaveLength(1);
});

test("a thumb can be taken back", async ({ page, person }) => {
  await page.goto("/chat");
  await say(page, "Hello!");
  const reply = await wholeReplyOn(page);
  const up = reply.getByRole("button", { name: "Good reply" });
  await up.click();
  await expect(up).toHaveAttribute("aria-pressed", "true");
  await reply.getByRole("button", { name: "Undo" }).click();
  await expect(up).toHaveAttribute("aria-pressed", "false");
  const [conversation] = (await person.trpc.conversation.list.query({})).items;
  // The page shows it before the server has heard of it.
  await expect
    .poll(async () => {
      const { messages } = await person.trpc.conversation.get.query({ id: conversation!.id });
      return messages.map(({ feedback }) => feedback);
    })
    .toEqual([null, null]);
});

test("words typed before the page is alive stay, behind the draft that was there", async ({ page, person }) => {
  expect(person.email).toContain("@");
  await page.addInitScript(() => localStorage.setItem("hone.draft.new", "A draft."));
  let wake = () => {};
  const awake = new Promise<void>((resolve) => {
    wake = resolve;
  });
  await page.route("**/_next/static/**/*.js", async (route) => {
    await awake;
    await route.continue();
  });
  await page.goto("/chat", { waitUntil: "commit" });
  const field = page.getByRole("textbox", { name: "Message", exact: true });
  await field.fill("Typed early.");
  wake();
  await expect(page.getByRole("button", { name: "Send", exact: true })).toBeEnabled();
  await expect(field).toHaveValue("A draft.\n\nTyped early.");
});

test("the keyboard alone is enough", async ({ page, person }) => {
  expect(person.email).toContain("@");
  await page.goto("/chat");
  await expect(page.getByRole("textbox", { name: "Message", exact: true })).toBeFocused();
  await page.keyboard.type("What is 2 plus 3?");
  await page.keyboard.press("Enter");
  const reply = await wholeReplyOn(page);
  await page.keyboard.press("Alt+r");
  await expect(page.getByText("2/2")).toBeVisible();
  await wholeReplyOn(page);

  // From the composer backwards: every control of the reply's foot can be reached and pressed.
  const up = reply.getByRole("button", { name: "Good reply" });
  for (let presses = 0; presses < 20; presses++) {
    if (await up.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press("Shift+Tab");
  }
  await expect(up).toBeFocused();
  await page.keyboard.press("Space");
  await expect(up).toHaveAttribute("aria-pressed", "true");

  await page.keyboard.press("Control+k");
  await expect(page.getByRole("searchbox", { name: "Search conversations" })).toBeFocused();
  await page.keyboard.press("Control+Shift+O");
  await expect(page.getByRole("heading", { name: "What would you like to talk about?" })).toBeVisible();
  await page.locator("body").click();
  await page.keyboard.press("Tab");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
});

test.describe("on a phone", () => {
  const { viewport, userAgent, hasTouch, deviceScaleFactor } = devices["Pixel 7"];
  test.use({ viewport, userAgent, hasTouch, deviceScaleFactor });

  test("the conversations are in a drawer and nothing scrolls sideways", async ({ page, person }) => {
    expect(person.email).toContain("@");
    await page.goto("/chat");
    await say(page, "What is the capital of Italy?");
    await wholeReplyOn(page);
    await expect(page.getByRole("navigation", { name: "Conversations" })).toBeHidden();
    await page.getByRole("button", { name: "Open conversations" }).tap();
    const drawer = page.getByRole("dialog", { name: "Conversations" });
    await drawer.getByRole("navigation", { name: "Conversations" }).getByRole("link").first().tap();
    await expect(drawer).toBeHidden();
    await expect(replies(page)).toHaveCount(1);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });
});

test("dark and light follow the choice, which stays", async ({ page, person }) => {
  expect(person.email).toContain("@");
  await page.goto("/chat");
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await expect.poll(background).not.toBe(light);
  const dark = await background();
  await page.reload();
  expect(await background()).toBe(dark);
});

test("everything speaks Chinese after one choice", async ({ page, person }) => {
  expect(person.email).toContain("@");
  await page.goto("/chat");
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitemradio", { name: "简体中文" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", /^zh/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/\p{Script=Han}/u);
  await page.goto("/settings");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/\p{Script=Han}/u);
});
