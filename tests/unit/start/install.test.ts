// When `npm start` installs packages: exactly when node_modules lacks something the lock file names for this platform.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isInstalled, usersOf } from "../../../scripts/start/install.mjs";

let root: string;

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "hone-install-"));
  fs.mkdirSync(path.join(root, "node_modules"));
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const otherPlatform = process.platform === "win32" ? "linux" : "win32";

function lists(wanted: object, installed: object | null): void {
  fs.writeFileSync(path.join(root, "package-lock.json"), JSON.stringify({ packages: { "": {}, ...wanted } }));
  if (installed)
    fs.writeFileSync(path.join(root, "node_modules/.package-lock.json"), JSON.stringify({ packages: installed }));
}

test("the same versions are installed", () => {
  lists({ "node_modules/a": { version: "1.0.0" } }, { "node_modules/a": { version: "1.0.0" } });
  expect(isInstalled(root)).toBe(true);
});

test("another version is not", () => {
  lists({ "node_modules/a": { version: "1.0.1" } }, { "node_modules/a": { version: "1.0.0" } });
  expect(isInstalled(root)).toBe(false);
});

test("an interrupted installation, which has no list of npm's yet, is not", () => {
  lists({ "node_modules/a": { version: "1.0.0" } }, null);
  expect(isInstalled(root)).toBe(false);
});

test("a build for another platform is not missed, one for this platform is", () => {
  const build = (os: string) => ({
    "node_modules/build": { version: "1.0.0", optional: true, os: [os], cpu: [process.arch] },
  });
  lists(build(otherPlatform), {});
  expect(isInstalled(root)).toBe(true);
  lists(build(process.platform), {});
  expect(isInstalled(root)).toBe(false);
});

test("packages copied from another platform are not installed here", () => {
  const builds = {
    "node_modules/here": { version: "1.0.0", optional: true, os: [process.platform] },
    "node_modules/there": { version: "1.0.0", optional: true, os: [otherPlatform] },
  };
  lists(builds, { "node_modules/there": builds["node_modules/there"] });
  expect(isInstalled(root)).toBe(false);
});

test("only the living count as users of a checkout", () => {
  const leave = usersOf(root).enter({ url: "http://localhost:3000" });
  expect(usersOf(root).list()).toEqual([]); // oneself does not stand in one's own way
  const folder = path.join(root, "tmp/hone/users");
  fs.writeFileSync(path.join(folder, "1.json"), JSON.stringify({ pid: process.ppid, url: "http://localhost:3001" }));
  fs.writeFileSync(path.join(folder, "2.json"), JSON.stringify({ pid: 2 ** 22 + 1 }));
  expect(
    usersOf(root)
      .list()
      .map((user) => user.url),
  ).toEqual(["http://localhost:3001"]);
  leave();
  expect(fs.readdirSync(folder)).toEqual(["1.json"]);
});
