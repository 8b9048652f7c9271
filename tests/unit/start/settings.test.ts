// What a start makes of its settings: the address people open, the children's environment, the secrets.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { ensureSecrets, writePrivately } from "../../../scripts/supervisor/home.ts";
import { childEnvironment, readSettings } from "../../../scripts/supervisor/settings.ts";
import { fingerprint } from "../../../scripts/supervisor/sources.ts";
import { ENV_NAMES } from "../../../server/env.ts";
import { read } from "../../helpers/sources.ts";

const settings = (env: Record<string, string>) => readSettings(env as unknown as NodeJS.ProcessEnv);

test("the address people open", () => {
  expect(settings({})).toMatchObject({ url: "http://localhost:3000", probeHost: "127.0.0.1" });
  expect(settings({ HOST: "0.0.0.0", PORT: "80" })).toMatchObject({
    url: "http://localhost:80",
    probeHost: "127.0.0.1",
  });
  expect(settings({ HOST: "192.0.2.7" })).toMatchObject({ url: "http://192.0.2.7:3000", probeHost: "192.0.2.7" });
  expect(settings({ NEXTAUTH_URL: "https://chat.example.org" }).url).toBe("https://chat.example.org");
});

test("a child is told everything it cannot know itself", () => {
  const env = childEnvironment({
    settings: settings({}),
    secrets: { nextAuth: "n".repeat(32), inference: "i".repeat(32), adminPassword: "a" },
    home: "/data",
    model: "/models/m.gguf",
    inferencePort: 4000,
  });
  expect(env).toMatchObject({
    HONE_HOME: "/data",
    HONE_MODEL: "/models/m.gguf",
    INFERENCE_URL: "http://127.0.0.1:4000",
    INFERENCE_SECRET: "i".repeat(32),
    NEXTAUTH_SECRET: "n".repeat(32),
    NEXTAUTH_URL: "http://localhost:3000",
  });
});

test("secrets are made once, differ, and are for their owner only", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "hone-secrets-"));
  const file = path.join(folder, "secrets.json");
  const first = ensureSecrets(file);
  expect(ensureSecrets(file)).toEqual(first);
  expect(new Set(Object.values(first)).size).toBe(3);
  if (process.platform !== "win32") expect(fs.statSync(file).mode & 0o077).toBe(0);
  writePrivately(file, JSON.stringify({ nextAuth: first.nextAuth })); // as an older Hone wrote it
  expect(ensureSecrets(file).nextAuth).toBe(first.nextAuth);
  fs.rmSync(folder, { recursive: true });
});

test("a fingerprint follows names and contents, nothing else", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "hone-sources-"));
  fs.mkdirSync(path.join(folder, "app"));
  const file = path.join(folder, "app/a.ts");
  const now = () => fingerprint(folder, ["app", "absent"]);
  fs.writeFileSync(file, "one");
  const before = now();
  fs.utimesSync(file, 0, 0);
  expect(now()).toBe(before);
  fs.writeFileSync(file, "two");
  expect(now()).not.toBe(before);
  fs.writeFileSync(file, "one");
  fs.renameSync(file, path.join(folder, "app/b.ts"));
  expect(now()).not.toBe(before);
  fs.rmSync(folder, { recursive: true });
});

test(".env.example names every setting and no other", () => {
  const named = [...read(".env.example").matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name);
  const ofInference = [...read("server/inference/settings.ts").matchAll(/^ {2}(INFERENCE_\w+):/gm)].map(
    ([, name]) => name,
  );
  const setByTheStart = ["NODE_ENV", "INFERENCE_URL", "INFERENCE_SECRET"];
  const given = [...ENV_NAMES.filter((name) => !setByTheStart.includes(name)), ...ofInference];
  expect(named.sort()).toEqual([...new Set(given)].sort());
});
