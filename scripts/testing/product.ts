// The parts of `npm test` that need the whole product running: end-to-end in a browser, crashes, and the proof.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { findBrowser } from "../../tests/helpers/browser.ts";
import { ADMIN, type Instance, removeHome, startInstance } from "../../tests/helpers/instance.ts";
import { slowSettings } from "../../tests/helpers/slow-model.ts";
import { type Part, readReport, runNode, withStatus } from "./parts.ts";

/** Playwright against two instances of its own: one with the starter model, one whose model speaks slowly. */
export const endToEnd: Part = {
  name: "end to end in a browser (Playwright, axe)",
  async run(context) {
    ensureBrowser(context.root);
    const instances: Instance[] = [];
    const stopAll = () => Promise.all(instances.map((instance) => instance.stop()));
    context.onChild(stopAll);
    try {
      for (const settings of [{ WEBHOOK_ALLOW: "http://127.0.0.1:*" }, slowSettings()]) {
        const instance = await startInstance({ echo: true, env: { ...settings, ...RAISED_LIMITS } });
        console.log(`  ready in ${instance.readySeconds.toFixed(1)} s\n`);
        instances.push(instance);
      }
      const report = path.join(context.reports, "e2e.json");
      const [starter, slow] = instances as [Instance, Instance];
      const status = await runNode(context, ["node_modules/@playwright/test/cli.js", "test"], {
        HONE_TEST_URL: starter.url,
        HONE_TEST_SLOW_URL: slow.url,
        HONE_TEST_ADMIN_EMAIL: ADMIN.email,
        HONE_TEST_ADMIN_PASSWORD: ADMIN.password,
      });
      const stats = readReport<{ stats: PlaywrightStats }>(report)?.stats;
      if (!stats) return { passed: 0, failed: 1, skipped: 0 };
      const { expected, flaky, unexpected, skipped } = stats;
      return withStatus(status, { passed: expected + flaky, failed: unexpected, skipped });
    } finally {
      await stopAll();
      for (const { home } of instances) removeHome(home);
    }
  },
};

interface PlaywrightStats {
  expected: number;
  unexpected: number;
  flaky: number;
  skipped: number;
}

/** The tests are one machine that does the work of many people in a minute. */
const RAISED_LIMITS = { CHAT_PER_MINUTE: "10000", API_PER_MINUTE: "100000", SIGN_IN_PER_MINUTE: "1000" };

/** The loop proof: its assertions count one each. */
export const proof: Part = {
  name: "the proof: thumbs change the model, people go on chatting",
  async run(context) {
    const report = path.join(context.reports, "proof.json");
    const status = await runNode(context, ["scripts/proof.mjs", "--report", report]);
    const result = readReport<{ passed: number; failed: number }>(report);
    if (!result) return { passed: 0, failed: 1, skipped: 0 };
    return withStatus(status, { ...result, skipped: 0 });
  },
};

/** Playwright's own Chromium is fetched only where there is none; as root, the distribution's comes last. */
export function ensureBrowser(root: string): void {
  if (findBrowser()) return;
  const run = (command: string, args: string[]) =>
    spawnSync(command, args, { cwd: root, stdio: "inherit" }).status === 0;
  console.log("There is no Chromium; installing one");
  if (run(process.execPath, ["node_modules/@playwright/test/cli.js", "install", "chromium"]) && findBrowser()) return;
  if (
    process.getuid?.() === 0 &&
    run("apt-get", ["install", "-y", "--no-install-recommends", "chromium"]) &&
    findBrowser()
  )
    return;
  throw new Error("The end-to-end tests need Chromium or Chrome. Install one, or name it with CHROMIUM_PATH.");
}
