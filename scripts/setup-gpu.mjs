#!/usr/bin/env node
// `npm run setup:gpu`: brings the GPU builds of llama.cpp that a plain installation leaves out to save 650 MB.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const file = path.join(root, "package.json");
const before = fs.readFileSync(file, "utf8");
const manifest = JSON.parse(before);

const replaced = Object.entries(manifest.overrides).filter(([, by]) => by === "file:./scripts/empty-package");
if (replaced.length === 0) {
  console.log("The GPU builds are not left out any more; nothing to do. `npm run doctor` says what is installed.");
  process.exit(0);
}
for (const [name] of replaced) delete manifest.overrides[name];
fs.writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`Installing ${replaced.map(([name]) => name).join(", ")} as far as they fit this machine`);

const { status } = spawnSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], {
  cwd: root,
  stdio: "inherit",
  shell: process.platform === "win32",
});
if (status !== 0) {
  fs.writeFileSync(file, before);
  console.error("setup:gpu: npm install failed; its own words stand above. package.json is as it was.");
  process.exit(1);
}
console.log(
  "Done: package.json and package-lock.json name the GPU builds now. CUDA's also need the CUDA 12 or 13 runtime. Start again with `npm start`.",
);
