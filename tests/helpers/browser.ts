// Finds the browser of the end-to-end tests: the system's Chromium or Chrome, else the one Playwright installed.
import fs from "node:fs";
import { chromium, type LaunchOptions } from "@playwright/test";

const SYSTEM_BROWSERS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** Path of a browser, or null when there is none yet. CHROMIUM_PATH goes before everything. */
export function findBrowser(): string | null {
  const candidates = [process.env.CHROMIUM_PATH, ...SYSTEM_BROWSERS, chromium.executablePath()];
  return candidates.find((file) => file && fs.existsSync(file)) ?? null;
}

export function browserOptions(): LaunchOptions {
  const root = process.getuid?.() === 0;
  return {
    executablePath: findBrowser() ?? undefined,
    // Chromium's sandbox does not work for root; small /dev/shm in containers makes tabs crash.
    args: [...(root ? ["--no-sandbox"] : []), "--disable-dev-shm-usage"],
  };
}
