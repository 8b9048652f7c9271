// The parts of `npm test` that need the whole product running: end-to-end in a browser, crashes, and the proof.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { findBrowser } from "../../tests/helpers/browser.ts";
import { ADMIN, removeHome, startInstance } from "../../tests/helpers/instance.ts";
import { type Part, readReport, runNode, withStatus } from "./parts.ts";

/** Playwright against an instance of its own. */
export const endToEnd: Part = {
  name: "end to end in a browser (Playwright, axe)",
  async run(context) {
    ensureBrowser(context.root);
    const instance = await startInstance({ echo: true });
    context.onChild(() => instance.stop());
    try {
      console.log(`  ready in ${instance.readySeconds.toFixed(1)} s\n`);
      const report = path.join(context.reports, "e2e.json");
      const env = {
        HONE_TEST_URL: instance.url,
        HONE_TEST_ADMIN_EMAIL: ADMIN.email,
        HONE_TEST_ADMIN_PASSWORD: ADMIN.password,
      };
      const status = await runNode(context, ["node_modules/@playwright/test/cli.js", "test"], env);
      const stats = readReport<{ stats: { expected: number; unexpected: number; flaky: number; skipped: number } }>(
        report,
      )?.stats;
      if (!stats) return { passed: 0, failed: 1, skipped: 0 };
      return withStatus(status, {
        passed: stats.expected + stats.flaky,
        failed: stats.unexpected,
        skipped: stats.skipped,
      });
    } finally {
      await instance.stop();
      removeHome(instance.home);
    }
  },
};

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
