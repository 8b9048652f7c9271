// axe on every page, in light and dark, on a phone, and in Chinese.
import { axeFindings, expect, say, test, wholeReplyOn } from "../helpers/e2e.ts";

const VISITOR_PAGES = ["/sign-in", "/sign-up"];
const ADMIN_PAGES = [
  "/chat",
  "/settings",
  "/annotate",
  "/admin/overview",
  "/admin/annotation",
  "/admin/annotation?view=agreement",
  "/admin/annotation?view=strengths",
  "/admin/raters",
  "/admin/pairs",
  "/admin/datasets",
  "/admin/datasets/compare",
  "/admin/imports",
  "/admin/runs",
  "/admin/runs/new",
  "/admin/schedules",
  "/admin/adapters",
  "/admin/deployments",
  "/admin/people",
  "/admin/erasures",
  "/admin/audit",
  "/admin/settings",
];

const LOOKS = [
  { name: "light", use: { colorScheme: "light" as const }, locale: "en" },
  { name: "dark", use: { colorScheme: "dark" as const }, locale: "en" },
  { name: "phone", use: { viewport: { width: 390, height: 844 } }, locale: "en" },
  { name: "Chinese", use: {}, locale: "zh" },
];

for (const { name, use, locale } of LOOKS) {
  test.describe(name, () => {
    test.use(use);
    test.beforeEach(({ context, baseURL }) =>
      context.addCookies([{ name: "hone-locale", value: locale, url: baseURL! }]),
    );

    test("axe has no findings on the visitors' pages", async ({ page }) => {
      for (const path of VISITOR_PAGES) {
        await page.goto(path);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        expect(await axeFindings(page), path).toEqual([]);
      }
    });

    test("axe has no findings on the pages of people who signed in", async ({ page, asAdmin }) => {
      test.setTimeout(240_000);
      const { conversationId } = await asAdmin.trpc.message.send.mutate({
        parentId: null,
        content: "What is the capital of Spain?",
        requestKey: crypto.randomUUID(),
      });
      for (const path of [...ADMIN_PAGES, `/chat/${conversationId}`]) {
        await page.goto(path);
        await expect(page.locator("main")).toBeVisible();
        await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
        await page.waitForLoadState("networkidle");
        expect(await axeFindings(page), path).toEqual([]);
      }
    });
  });
}

test("axe has no findings on an open feedback note, a menu and a dialog", async ({ page, person }) => {
  expect(person.email).toContain("@");
  await page.goto("/chat");
  await say(page, "Hello!");
  const reply = await wholeReplyOn(page);
  await reply.getByRole("button", { name: "Bad reply" }).click();
  await expect(reply.getByRole("textbox", { name: "Comment on this reply" })).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole("button", { name: "Account" }).click();
  // While a menu or a dialog is open the rest of the page is hidden from everyone, so only what is open is looked at.
  await expect(page.getByRole("menu")).toBeVisible();
  expect(await axeFindings(page, "[role=menu]")).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  expect(await axeFindings(page, "[role=dialog]")).toEqual([]);
});
