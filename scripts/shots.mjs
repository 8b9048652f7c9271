#!/usr/bin/env node
// `npm run shots`: screenshots of every page in light, dark, on a phone and in Chinese, from seeded data, into docs/shots/all;
// the few that the README and the docs show are copied to docs/shots.
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

/** Copies for the documents: page and look. */
const SHOWN = {
  chat: ["chat", "light"],
  "chat-dark": ["chat", "dark"],
  "chat-phone": ["chat", "phone"],
  run: ["run", "light"],
  overview: ["overview", "light"],
  "overview-zh": ["overview", "zh"],
};

const exit = createExit();
try {
  const instance = await startInstance({ echo: true, env: { CHAT_PER_MINUTE: "10000" } });
  exit.onLeave(async () => {
    await instance.stop();
    removeHome(instance.home);
  });
  const admin = await signIn(instance.url, ADMIN);
  const seeded = await seedInstance(instance.url, admin);
  const pages = pagesOf(seeded);

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
      await page.locator(".animate-pulse").first().waitFor({ state: "hidden" }); // grey stand-ins of what still loads
      await page.screenshot({ path: path.join(FOLDER, "all", `${name}-${look.name}.png`) });
    }
    console.log(`  ${look.name}: ${Object.keys(pages).length} pages`);
    await context.close();
  }
  await browser.close();
  for (const [file, [page, look]] of Object.entries(SHOWN)) {
    fs.copyFileSync(path.join(FOLDER, "all", `${page}-${look}.png`), path.join(FOLDER, `${file}.png`));
  }
  await exit.leave(0);
} catch (error) {
  await exit.fail(error);
}

/** @param {{ conversationId: string, runId: string, adapterId: string, datasetId: string }} seeded */
function pagesOf({ conversationId, runId, adapterId, datasetId }) {
  return {
    welcome: "/chat",
    chat: `/chat/${conversationId}`,
    settings: "/settings",
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
    adapters: "/admin/adapters",
    adapter: `/admin/adapters/${adapterId}`,
    lineage: `/admin/lineage/adapters/${adapterId}`,
    deployments: "/admin/deployments",
    people: "/admin/people",
    erasures: "/admin/erasures",
    audit: "/admin/audit",
    "admin-settings": "/admin/settings",
  };
}
