// axe on every page, in light and dark, on a phone, and in Chinese.
import { randomInt } from "node:crypto";
import type { Page } from "@playwright/test";
import { type Person, wholeReply } from "../helpers/api.ts";
import { bringAdapter, starterAdapter } from "../helpers/brought-adapter.ts";
import { axeFindings, expect, say, test, uniqueName, wholeReplyOn } from "../helpers/e2e.ts";

const VISITOR_PAGES = ["/sign-in", "/sign-up"];
const ADMIN_PAGES = [
  "/chat",
  "/settings",
  "/settings/feedback",
  "/settings/privacy",
  "/settings/security",
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
  "/admin/schedules?view=history",
  "/admin/schedules?view=costs",
  "/admin/schedules/new",
  "/admin/adapters",
  "/admin/adapters/compare",
  "/admin/gates",
  "/admin/gates/policy",
  "/admin/gates/checks",
  "/admin/deployments",
  "/admin/people",
  "/admin/people?view=invites",
  "/admin/erasures",
  "/admin/audit",
  "/admin/webhooks",
  "/admin/settings",
  "/admin/system",
];

/** Pages about one thing each, with the things made for them. */
async function pagesOfThings(admin: Person): Promise<string[]> {
  const sent = await admin.trpc.message.send.mutate({
    parentId: null,
    content: "What is the capital of Spain?",
    requestKey: crypto.randomUUID(),
  });
  await wholeReply(admin, sent.reply.id);
  const [a, b] = [
    await bringAdapter(admin, starterAdapter({ seed: randomInt(2 ** 31) }), uniqueName("One")),
    await bringAdapter(admin, starterAdapter({ seed: randomInt(2 ** 31), rank: 8 }), uniqueName("Other")),
  ];
  const [gate] = (await admin.trpc.gate.list.query({ adapterId: a })).items;
  const pipeline = { stages: [{ method: "SFT" as const }, { method: "DPO" as const }] };
  const quietHours = [{ from: "08:00", to: "18:00", days: [1, 2, 3, 4, 5] }];
  const schedule = await admin.trpc.schedule.create.mutate({
    ...{ name: uniqueName("Weekly"), cron: "30 2 * * 1", timeZone: "Asia/Shanghai", monthMinutes: 600 },
    ...{ pipeline, quietHours, enabled: false },
  });
  return [
    `/chat/${sent.conversationId}`,
    `/admin/adapters/${a}`,
    `/admin/adapters/compare?a=${a}&b=${b}`,
    `/admin/lineage/adapters/${a}`,
    `/admin/gates/${gate!.id}`,
    `/admin/schedules/${schedule.id}`,
    `/admin/schedules/${schedule.id}/edit`,
  ];
}

/** Goes to a page and waits until all of it is there. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 }).or(page.locator("main")).first()).toBeVisible();
  await settled(page);
}

const settled = (page: Page) => expect(page.locator("[aria-busy=true], .animate-pulse")).toHaveCount(0);

/** A page in light and in dark, where its colours differ, and on a phone, where its order does. */
async function inEveryLook(page: Page, path: string): Promise<void> {
  await open(page, path);
  expect(await axeFindings(page), `${path} in light`).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  await expect(page.locator("html")).toHaveClass(/dark/);
  expect(await axeFindings(page, { rules: ["color-contrast"] }), `${path} in dark`).toEqual([]);
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(PHONE);
  await settled(page);
  expect(await axeFindings(page), `${path} on a phone`).toEqual([]);
  await page.setViewportSize(DESK);
}

const DESK = { width: 1280, height: 720 };
const PHONE = { width: 390, height: 844 };

test("axe has no findings on the visitors' pages", async ({ page }) => {
  for (const path of VISITOR_PAGES) await inEveryLook(page, path);
});

test("axe has no findings on the pages of people who signed in", async ({ page, asAdmin }) => {
  test.setTimeout(600_000);
  for (const path of [...(await pagesOfThings(asAdmin)), ...ADMIN_PAGES]) await inEveryLook(page, path);
});

test("axe has no findings on any page in Chinese", async ({ page, context, baseURL, asAdmin }) => {
  test.setTimeout(400_000);
  await context.addCookies([{ name: "hone-locale", value: "zh", url: baseURL! }]);
  for (const path of [...(await pagesOfThings(asAdmin)), ...ADMIN_PAGES]) {
    await open(page, path);
    await expect(page.locator("html")).toHaveAttribute("lang", "zh-Hans");
    expect(await axeFindings(page), path).toEqual([]);
  }
});

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
  expect(await axeFindings(page, { part: "[role=menu]" })).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  expect(await axeFindings(page, { part: "[role=dialog]" })).toEqual([]);
});
