// Browser and system out of what a browser calls itself, as far as a person wants to know them.

/** The first that fits counts: most browsers name those that they descend from as well. */
const BROWSERS: [name: string, pattern: RegExp][] = [
  ["Edge", /\bEdg(e|A|iOS)?\//],
  ["Opera", /\b(OPR|Opera)\//],
  ["Samsung Internet", /\bSamsungBrowser\//],
  ["Firefox", /\b(Firefox|FxiOS)\//],
  ["Chrome", /\b(HeadlessChrome|Chrome|Chromium|CriOS)\//],
  ["Safari", /\bSafari\//],
  ["curl", /^curl\//],
  ["Node.js", /^(node|undici)\b/i],
];
const SYSTEMS: [name: string, pattern: RegExp][] = [
  ["iOS", /\b(iPhone|iPad|iPod)\b/],
  ["Android", /\bAndroid\b/],
  ["Windows", /\bWindows\b/],
  ["macOS", /\bMac OS X\b/],
  ["ChromeOS", /\bCrOS\b/],
  ["Linux", /\bLinux\b/],
];

/** Null where it says nothing that is known. */
export function deviceName(userAgent: string | null): { browser: string | null; system: string | null } | null {
  const find = (list: [string, RegExp][]) => list.find(([, pattern]) => pattern.test(userAgent ?? ""))?.[0] ?? null;
  const [browser, system] = [find(BROWSERS), find(SYSTEMS)];
  return browser || system ? { browser, system } : null;
}
