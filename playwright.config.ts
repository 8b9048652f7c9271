// Playwright: one browser, one worker, against the instance that scripts/test.mjs started (HONE_TEST_URL).
import { defineConfig } from "@playwright/test";
import { browserOptions } from "./tests/helpers/browser.ts";

export default defineConfig({
  testDir: "tests/e2e",
  globalSetup: "./tests/helpers/e2e-setup.ts",
  workers: 1, // the tests share one instance and two cores
  timeout: 90_000,
  expect: { timeout: 15_000 },
  forbidOnly: !!process.env.CI,
  outputDir: "tmp/playwright",
  reporter: [["list"], ["json", { outputFile: "tmp/test/e2e.json" }]],
  projects: [
    {
      name: "starter",
      testIgnore: "*.slow.spec.ts",
      use: { baseURL: process.env.HONE_TEST_URL ?? "http://localhost:3000" },
    },
    {
      // Its model speaks slowly and does not end by itself: time to stop, lose and resume a reply.
      name: "slow",
      testMatch: "*.slow.spec.ts",
      use: { baseURL: process.env.HONE_TEST_SLOW_URL ?? "http://localhost:3001" },
    },
  ],
  use: {
    locale: "en-US",
    // What turns while something is under way is drawn by the processor that it waits for.
    contextOptions: { reducedMotion: "reduce" },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: browserOptions(),
  },
});
