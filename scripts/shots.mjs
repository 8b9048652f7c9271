#!/usr/bin/env node
// `npm run shots`: screenshots of every page, whole, in light, dark, on a phone and in Chinese, from seeded data, into docs/shots/all;
// the first screen of the few that the README and the docs show goes to docs/shots.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { register } from "tsx/esm/api";
import { createExit } from "./start/report.mjs";

register();
const { browserOptions } = await import("../tests/helpers/browser.ts");
const { signIn } = await import("../tests/helpers/api.ts");
const { seedInstance } = await import("../tests/helpers/seeded.ts");
const { seedOperations } = await import("../tests/helpers/seeded-operations.ts");
const { ADMIN, removeHome, startInstance } = await import("../tests/helpers/instance.ts");

process.chdir(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const FOLDER = "docs/shots";

/** @typedef {{ name: string, locale: "en" | "zh", options: import("@playwright/test").BrowserContextOptions }} Look */
/** @type {Look[]} */
const LOOKS = [
  { name: "light", locale: "en", options: { colorScheme: "light", viewport: { width: 1280, height: 800 } } },
  { name: "dark", locale: "en", options: { colorScheme: "dark", viewport: { width: 1280, height: 800 } } },
  {
    name: "phone",
    locale: "en",
    options: { colorScheme: "light", viewport: { width: 390, height: 844 }, hasTouch: true },
  },
  { name: "zh", locale: "zh", options: { colorScheme: "light", viewport: { width: 1280, height: 800 } } },
];

/** Pages that the documents show, in which looks. @type {Record<string, string[]>} */
const SHOWN = {
  chat: ["light", "dark", "phone"],
  run: ["light"],
  gate: ["light"],
  deployments: ["light"],
  schedule: ["light"],
  overview: ["light", "zh"],
};

const exit = createExit();
try {
  const instance = await startInstance({
    echo: true,
    env: { CHAT_PER_MINUTE: "10000", WEBHOOK_ALLOW: "http://127.0.0.1:*" },
  });
  exit.onLeave(async () => {
    await instance.stop();
    removeHome(instance.home);
  });
  const admin = await signIn(instance.url, ADMIN);
  const seeded = await seedInstance(instance.url, admin);
  const operations = await seedOperations(admin, seeded);
  const pages = pagesOf({ ...seeded, ...operations });

  fs.rmSync(path.join(FOLDER, "all"), { recursive: true, force: true });
  fs.mkdirSync(path.join(FOLDER, "all"), { recursive: true });
  const browser = await chromium.launch(browserOptions());
  for (const look of LOOKS) {
    const context = await browser.newContext({ ...look.options, reducedMotion: "reduce", baseURL: instance.url });
    const cookies = [...admin.cookies(), { name: "hone-locale", value: look.locale }];
    await context.addCookies(cookies.map((cookie) => ({ ...cookie, url: instance.url })));
    const page = await context.newPage();
    for (const [name, address] of Object.entries(pages)) {
      await page.goto(address);
      await page.waitForLoadState("networkidle").catch(() => {}); // a page that streams is never idle
      await page.locator("div.animate-pulse").first().waitFor({ state: "hidden" }); // grey stand-ins of what still loads
      await page.screenshot({ path: path.join(FOLDER, "all", `${name}-${look.name}.png`), fullPage: true });
      if (!SHOWN[name]?.includes(look.name)) continue;
      const file = look.name === "light" ? `${name}.png` : `${name}-${look.name}.png`;
      await page.screenshot({ path: path.join(FOLDER, file) });
    }
    console.log(`  ${look.name}: ${Object.keys(pages).length} pages`);
    await context.close();
  }
  await browser.close();
  await exit.leave(0);
} catch (error) {
  await exit.fail(error);
}

/** @param {import("../tests/helpers/seeded.ts").Seeded & import("../tests/helpers/seeded-operations.ts").SeededOperations} seeded */
function pagesOf({ conversationId, runId, adapterId, datasetId, candidateId, importedId, gateId, scheduleId }) {
  return {
    welcome: "/chat",
    chat: `/chat/${conversationId}`,
    settings: "/settings",
    security: "/settings/security",
    annotate: "/annotate",
    overview: "/admin/overview",
    annotation: "/admin/annotation",
    raters: "/admin/raters",
    pairs: "/admin/pairs",
    datasets: "/admin/datasets",
    dataset: `/admin/datasets/${datasetId}`,
    statistics: `/admin/datasets/${datasetId}?view=statistics`,
    compare: `/admin/datasets/compare?a=${datasetId}`,
    imports: "/admin/imports",
    runs: "/admin/runs",
    "new-run": "/admin/runs/new",
    run: `/admin/runs/${runId}`,
    schedules: "/admin/schedules",
    "schedules-history": "/admin/schedules?view=history",
    costs: "/admin/schedules?view=costs",
    schedule: `/admin/schedules/${scheduleId}`,
    "edit-schedule": `/admin/schedules/${scheduleId}/edit`,
    adapters: "/admin/adapters",
    adapter: `/admin/adapters/${adapterId}`,
    "imported-adapter": `/admin/adapters/${importedId}`,
    "compare-adapters": `/admin/adapters/compare?a=${candidateId}&b=${adapterId}`,
    gates: "/admin/gates",
    gate: `/admin/gates/${gateId}`,
    "gate-policy": "/admin/gates/policy",
    "gate-checks": "/admin/gates/checks",
    lineage: `/admin/lineage/adapters/${adapterId}`,
    deployments: "/admin/deployments",
    people: "/admin/people",
    invitations: "/admin/people?view=invites",
    erasures: "/admin/erasures",
    audit: "/admin/audit",
    webhooks: "/admin/webhooks",
    "admin-settings": "/admin/settings",
    system: "/admin/system",
  };
}
