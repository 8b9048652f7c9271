// What every end-to-end test starts from: people with accounts, and a page on which no unexpected error may appear.
import { randomBytes } from "node:crypto";
import AxeBuilder from "@axe-core/playwright";
import { type BrowserContext, test as base, expect, type Locator, type Page } from "@playwright/test";
import { type Person, signIn, signUp } from "./api.ts";

export { expect };

/** The first admin of the instance under test. */
export const admin = {
  email: process.env.HONE_TEST_ADMIN_EMAIL ?? "admin@example.com",
  password: process.env.HONE_TEST_ADMIN_PASSWORD ?? "",
};

interface Fixtures {
  /** Console errors a test provokes on purpose; anything else that appears fails it. */
  expectedErrors: RegExp[];
  /** A new account, signed in within `page`. */
  person: Person & { email: string; password: string; name: string };
  /** The first admin, signed in within `page`. */
  asAdmin: Person;
  noErrors: undefined;
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads which fixtures are used from this pattern
  expectedErrors: async ({}, use) => use([]),
  noErrors: [
    async ({ context, expectedErrors }, use) => {
      const errors: string[] = [];
      context.on("console", (message) => {
        if (message.type() === "error") errors.push(`${message.text()} (${message.location().url})`);
      });
      context.on("weberror", (error) => errors.push(error.error().stack ?? error.error().message));
      await use(undefined);
      // Answers that a test holds back must not outlive it.
      for (const page of context.pages()) await page.unrouteAll({ behavior: "ignoreErrors" });
      expect(errors.filter((error) => !expectedErrors.some((pattern) => pattern.test(error)))).toEqual([]);
    },
    { auto: true },
  ],
  person: async ({ context, baseURL }, use) => {
    const name = uniqueName("Ann");
    const person = await signUp(baseURL!, name);
    await takeSession(context, person);
    await use({ ...person, name });
  },
  asAdmin: async ({ context, baseURL }, use) => {
    const person = await signIn(baseURL!, admin);
    await takeSession(context, person);
    await use(person);
  },
});

export const uniqueName = (name: string) => `${name}-${randomBytes(4).toString("hex")}`;

/** Lets a browser go on with the session of a person who signed in without one. */
async function takeSession(context: BrowserContext, { url, cookies }: Person): Promise<void> {
  await context.addCookies(cookies().map((cookie) => ({ ...cookie, url })));
}

/** Writes a message and sends it. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message", exact: true }).fill(text);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

export const replies = (page: Page): Locator => page.getByRole("article", { name: "Reply" });

/** The last reply of the conversation, once it is whole. */
export async function wholeReplyOn(page: Page): Promise<Locator> {
  const reply = replies(page).last();
  await expect(reply.getByRole("button", { name: "Regenerate" })).toBeVisible({ timeout: 30_000 });
  await textShown(reply);
  return reply;
}

/** The text of a reply is drawn when the browser has time for it, which may be after the buttons under it: all of it, when it grows no more. */
export async function textShown(reply: Locator): Promise<void> {
  const words = reply.locator(".markdown");
  await expect(words).not.toBeEmpty();
  let before = "";
  const same = async () => {
    const last = before;
    before = await words.innerText();
    return before === last;
  };
  await expect.poll(same, { intervals: [200] }).toBe(true);
}

/** Undoes what the message at the top tells of, and sees that message off: one that leaves takes with it what is said in its place. */
export async function undo(page: Page): Promise<void> {
  const toast = (leaving: boolean) => page.locator(`[data-sonner-toast][data-removed="${leaving}"]`);
  await toast(false).getByRole("button", { name: "Undo" }).click();
  await expect(toast(true)).toHaveCount(0);
}

interface AxeOptions {
  /** A selector: only what it names is looked at. */
  part?: string;
  /** Only these rules; all of them where none are named. */
  rules?: string[];
}

/** axe's findings on the page as it stands, one line each. */
export async function axeFindings(page: Page, { part, rules }: AxeOptions = {}): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  if (part) axe.include(part);
  if (rules) axe.withRules(rules);
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}
