// From a thumbs-down to a trusted pair in a frozen Dataset: a user, two annotators and an admin; by keys, by drag, two at a time,
// on a phone; what is kept, undone, skipped and taken away meanwhile.
import type { Browser, Locator, Page } from "@playwright/test";
import { answerInstead, brings } from "../helpers/answers.ts";
import { type Person, signIn, signUp, wholeReply } from "../helpers/api.ts";
import { admin, axeFindings, expect, say, test, uniqueName, wholeReplyOn } from "../helpers/e2e.ts";

/** A browser of its own with somebody's session. */
async function browserOf(browser: Browser, person: Person, options: object = {}): Promise<Page> {
  const context = await browser.newContext({ baseURL: person.url, locale: "en-US", ...options });
  await context.addCookies(person.cookies().map((cookie) => ({ ...cookie, url: person.url })));
  return context.newPage();
}

async function newAnnotator(boss: Person): Promise<Person> {
  const name = uniqueName("Rater");
  const person = await signUp(boss.url, name);
  const { id } = (await boss.trpc.people.list.query()).find((one) => one.name === name)!;
  await boss.trpc.people.setRole.mutate({ userId: id, role: "ANNOTATOR" });
  return person;
}

/** Takes everything off the queue: tests share an instance, and other tests dislike replies too. */
async function clearQueue(boss: Person): Promise<void> {
  for (const status of ["OPEN", "DRAFTING"] as const) {
    for (let page = await boss.trpc.comparison.list.query({ status }); page.items.length > 0; ) {
      for (const { id } of page.items) await boss.trpc.comparison.close.mutate({ id });
      page = await boss.trpc.comparison.list.query({ status });
    }
  }
}

/** Waits until the model has drafted what stands in the queue. @returns the open comparison about the prompt */
async function openedOn(boss: Person, prompt: string) {
  const find = async () => (await boss.trpc.comparison.list.query({ status: "OPEN" })).items;
  await expect
    .poll(async () => (await find()).some((row) => row.prompt.includes(prompt)), { timeout: 180_000, intervals: [500] })
    .toBe(true);
  return (await find()).find((row) => row.prompt.includes(prompt))!;
}

/** Somebody asks and dislikes the answer. @returns the prompt, which is like no other */
async function disliked(boss: Person, question = "What is the capital of France?"): Promise<string> {
  const user = await signUp(boss.url, uniqueName("Asker"));
  const content = `${question} (${uniqueName("case")})`;
  const sent = await user.trpc.message.send.mutate({ parentId: null, content, requestKey: crypto.randomUUID() });
  const { message } = await wholeReply(user, sent.reply.id);
  await user.trpc.feedback.set.mutate({ messageId: message.id, value: -1 });
  return content;
}

const cards = (page: Page): Locator => page.getByRole("article", { name: /^Reply [A-I]$/ });
const submit = (page: Page): Locator => page.getByRole("button", { name: "Submit" });
const letters = (count: number) => Array.from({ length: count }, (_, i) => String.fromCharCode(65 + i));

/** Letters of the replies on the page, the shortest reply first: an order that two annotators can agree on. */
async function shortestFirst(page: Page): Promise<string[]> {
  await expect(cards(page).first()).toBeVisible({ timeout: 30_000 });
  const texts = await cards(page).locator(".markdown").allInnerTexts();
  return letters(texts.length).sort(
    (a, b) => texts[a.charCodeAt(0) - 65]!.length - texts[b.charCodeAt(0) - 65]!.length,
  );
}

async function dragByFinger(page: Page, from: Locator, to: Locator): Promise<void> {
  const middle = async (of: Locator) => {
    const { x, y, width, height } = (await of.boundingBox())!;
    return { x: x + width / 2, y: y + height / 2 };
  };
  const [start, end] = [await middle(from), await middle(to)];
  const finger = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", at: { x: number; y: number }[]) =>
    finger.send("Input.dispatchTouchEvent", { type, touchPoints: at });
  await touch("touchStart", [start]);
  await touch("touchMove", [{ x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 }]);
  await touch("touchMove", [end]);
  await touch("touchEnd", []);
}

test("a disputed prompt becomes a trusted pair in a frozen Dataset", async ({ page, person, browser }) => {
  test.setTimeout(420_000);
  const boss = await signIn(person.url, admin);
  await clearQueue(boss);
  const [first, second] = [await newAnnotator(boss), await newAnnotator(boss)];
  const prompt = `What is the opposite of hot? (${uniqueName("case")})`;

  await test.step("a user dislikes a reply", async () => {
    await page.goto("/chat");
    await say(page, prompt);
    const reply = await wholeReplyOn(page);
    await reply.getByRole("button", { name: "Bad reply" }).click();
    await expect(reply.getByRole("button", { name: "Bad reply" })).toHaveAttribute("aria-pressed", "true");
  });

  const { id } = await test.step("the model drafts siblings in idle time", () => openedOn(boss, prompt));

  await test.step("the first annotator ranks with the keyboard alone", async () => {
    const desk = await browserOf(browser, first);
    await desk.goto("/annotate");
    await expect(desk.getByText(prompt)).toBeVisible({ timeout: 30_000 });
    await expect(desk.getByText(/r1|base model/i)).toHaveCount(0);
    await expect(submit(desk)).toBeDisabled();
    for (const [i, letter] of (await shortestFirst(desk)).entries()) {
      await desk.keyboard.press(letter);
      await desk.keyboard.press(String(i + 1));
    }
    await expect(submit(desk)).toBeEnabled();
    await desk.keyboard.press("Enter");
    await expect(desk.getByText("1 today")).toBeVisible();
    await expect(desk.getByText(prompt)).toHaveCount(0); // another question may have come up meanwhile
    await desk.context().close();
  });

  await test.step("the second drags on a desk, and rewrites the best", async () => {
    const desk = await browserOf(browser, second);
    await desk.goto("/annotate");
    const order = await shortestFirst(desk);
    const board = desk.getByRole("region", { name: "Order of the replies" });
    for (const [i, letter] of order.entries()) {
      const chip = board.getByRole("button", { name: new RegExp(`^${letter}, no place yet`) });
      await chip.dragTo(board.locator(`[data-drop="place:${i + 1}"]`));
      await expect(board.getByRole("button", { name: new RegExp(`^${letter}, place ${i + 1}`) })).toBeVisible();
    }
    await desk.keyboard.press("r");
    await desk.getByRole("textbox", { name: "As it should have been" }).fill("Cold.");
    await submit(desk).click();
    await expect(desk.getByText("1 today")).toBeVisible();
    await expect(desk.getByText(prompt)).toHaveCount(0);
    await desk.context().close();
  });

  await test.step("the admin sees that they agree, and whom to trust", async () => {
    const desk = await browserOf(browser, boss);
    await desk.goto(`/admin/annotation/${id}`);
    await expect(desk.getByText("2 of 2 rankings wanted.")).toBeVisible({ timeout: 30_000 });
    await expect(desk.getByText("Done", { exact: true })).toBeVisible();
    expect(await axeFindings(desk)).toEqual([]);
    await desk.goto("/admin/raters");
    await desk.getByRole("button", { name: "Work out anew" }).click();
    await expect(desk.getByText(/worked out anew/)).toBeVisible();
    await expect(desk.getByRole("link", { name: /^Rater-/ }).first()).toBeVisible();
    await desk.context().close();
  });

  await test.step("the pair is frozen, with what is known of its raters", async () => {
    const dataset = await boss.trpc.dataset.freeze.mutate({ kind: "PAIRS", name: uniqueName("journey") });
    const pairs = (await boss.trpc.pair.list.query({ search: prompt })).items;
    expect(pairs.map(({ source }) => source)).toContain("RANKING");
    const held = await boss.trpc.dataset.get.query({ id: dataset.id, filter: { search: prompt } });
    // What both of them said of two replies outweighs what any one would have: it is hardly the wrong way round.
    const both = held.pairs.items.filter(({ source, raters }) => source === "RANKING" && raters.length === 2);
    expect(both.length).toBeGreaterThan(0);
    for (const { epsilon } of both) expect(epsilon).toBeLessThan(0.1);
    const desk = await browserOf(browser, boss);
    await desk.goto(`/admin/datasets/${dataset.id}`);
    await expect(desk.getByText(prompt).first()).toBeVisible({ timeout: 30_000 });
    await desk.context().close();
  });
});

test("nothing is lost on a reload, and questions about two at a time make a ranking", async ({ browser, asAdmin }) => {
  test.setTimeout(300_000);
  await clearQueue(asAdmin);
  const prompt = await disliked(asAdmin);
  await openedOn(asAdmin, prompt);
  const page = await browserOf(browser, await newAnnotator(asAdmin));
  await page.goto("/annotate");
  const order = await shortestFirst(page);

  await page.keyboard.press("a");
  await page.keyboard.press("1");
  // The letter keeps the focus while arrow keys carry it from place to place.
  await page.getByRole("button", { name: "A, place 1." }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("button", { name: "A, place 2." })).toBeFocused();
  const wrong = page.getByRole("group", { name: "Labels of reply A" }).getByRole("button", { name: "Factual error" });
  await wrong.click();
  await page.getByText("Add a note").click();
  await page.getByRole("textbox", { name: "Add a note" }).fill("Not sure about this one.");
  await page.reload();
  const placed = page.getByRole("group", { name: "Place of reply A" }).getByRole("button", { name: "Place 2" });
  await expect(placed).toHaveAttribute("aria-pressed", "true", { timeout: 30_000 });
  await expect(wrong).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByRole("textbox", { name: "Add a note" })).toHaveValue("Not sure about this one.");

  // The guidelines stay as they were left.
  await expect(page.getByRole("complementary", { name: "Guidelines" })).toBeVisible();
  await page.locator("body").press("o");
  await expect(page.getByRole("complementary", { name: "Guidelines" })).toBeHidden();
  await page.reload();
  await expect(cards(page).first()).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("complementary", { name: "Guidelines" })).toBeHidden();

  if (order.length > 2) {
    const question = page.getByRole("region", { name: "Question" });
    await page.keyboard.press("p");
    await expect(question).toBeVisible();
    for (let questions = 0; await question.isVisible(); questions++) {
      expect(questions).toBeLessThanOrEqual(order.length * 3);
      const asked = await page.getByText(/^[A-I] or [A-I]\?/).innerText();
      const [left, right] = [asked[0]!, asked[5]!];
      await page.keyboard.press(order.indexOf(left) < order.indexOf(right) ? "1" : "2");
      await expect(page.getByText(asked)).toBeHidden();
    }
    for (const [i, letter] of order.entries())
      await expect(page.getByRole("button", { name: `${letter}, place ${i + 1}.` })).toBeVisible();
  } else {
    await page.keyboard.press("b");
    await page.keyboard.press("1");
  }
  await expect(submit(page)).toBeEnabled();
  await page.keyboard.press("Enter");
  await expect(page.getByText("1 today")).toBeVisible();

  await test.step("undo brings it back as it was", async () => {
    await page.keyboard.press("u");
    await expect(page.getByRole("button", { name: `${order[0]}, place 1.` })).toBeVisible();
    await expect(wrong).toHaveAttribute("aria-pressed", "true");
    await expect(page.getByText("None yet today")).toBeVisible();
  });

  await test.step("an admin takes it away meanwhile", async () => {
    await clearQueue(asAdmin);
    await page.keyboard.press("Enter");
    await expect(page.getByText(/took this task off the queue/)).toBeVisible();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Next task" }).click();
    await expect(page.getByRole("button", { name: "Look again" })).toBeVisible();
  });
  await page.context().close();
});

test("on a phone: buttons, ties, all bad, a skip with its reason; axe in dark and Chinese", async ({
  browser,
  asAdmin,
}) => {
  test.setTimeout(300_000);
  await clearQueue(asAdmin);
  const prompts = [await disliked(asAdmin), await disliked(asAdmin, "What colour is the sky?")];
  for (const prompt of prompts) await openedOn(asAdmin, prompt);
  const person = await newAnnotator(asAdmin);
  const page = await browserOf(browser, person, {
    ...{ viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true, colorScheme: "dark" },
  });
  await page.goto("/annotate");
  await expect(cards(page).first()).toBeVisible({ timeout: 30_000 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  expect(await axeFindings(page)).toEqual([]);

  // An open dialog hides the rest of the page from everyone, so what it covers is read first.
  const before = await page.getByRole("region", { name: "What was asked" }).innerText();
  await page.getByRole("button", { name: "Skip" }).tap();
  const dialog = page.getByRole("dialog", { name: "Why skip it?" });
  await expect(dialog).toBeVisible();
  expect(await axeFindings(page, { part: "[role=dialog]" })).toEqual([]);
  await dialog.getByRole("button", { name: "Too hard to judge" }).tap();
  await expect(page.getByRole("region", { name: "What was asked" })).not.toHaveText(before, { timeout: 30_000 });

  await dragByFinger(
    page,
    page.getByRole("button", { name: /^A, no place yet/ }),
    page.locator('[data-drop="place:2"]'),
  );
  await expect(page.getByRole("button", { name: "A, place 2." })).toBeVisible();
  for (const letter of letters(await cards(page).count()))
    await page
      .getByRole("group", { name: `Place of reply ${letter}` })
      .getByRole("button", { name: "Place 1" })
      .tap();
  await expect(submit(page)).toBeEnabled();
  await page.getByRole("button", { name: "All bad" }).tap();
  await expect(page.getByRole("button", { name: "All bad" })).toHaveAttribute("aria-pressed", "true");
  await page.context().addCookies([{ name: "hone-locale", value: "zh", url: asAdmin.url }]);
  await page.reload();
  await expect(page.getByRole("button", { name: "全都不好" })).toHaveAttribute("aria-pressed", "true", {
    timeout: 30_000,
  });
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole("button", { name: "提交" }).tap();
  await expect(page.getByText("今天 1 个")).toBeVisible();
  await page.context().close();
});

test("who has no task is told why", async ({ browser, asAdmin }) => {
  await clearQueue(asAdmin);
  const desk = await browserOf(browser, await newAnnotator(asAdmin));
  for (const [why, words] of [
    ["EMPTY", "Nothing to compare yet"],
    ["DONE_BY_YOU", "You have judged all there is"],
  ]) {
    await answerInstead(desk, "annotation.next", () => brings({ task: null, why }));
    await desk.goto("/annotate");
    await expect(desk.getByText(words!)).toBeVisible();
  }
  await desk.unrouteAll({ behavior: "ignoreErrors" });
  await desk.context().close();
});
