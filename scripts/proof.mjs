#!/usr/bin/env node
// `npm run proof`: the loop proof on a fresh instance of its own. `--report FILE` also writes the counts as JSON.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { register } from "tsx/esm/api";
import { createExit } from "./start/report.mjs";

register();
const { proveTheLoop } = await import("../tests/proof/loop.ts");
const { ADMIN, removeHome, startInstance } = await import("../tests/helpers/instance.ts");

process.chdir(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const exit = createExit();
try {
  const instance = await startInstance({ echo: true, env: { CHAT_PER_MINUTE: "10000", API_PER_MINUTE: "100000" } });
  exit.onLeave(async () => {
    await instance.stop();
    removeHome(instance.home);
  });
  const figures = await proveTheLoop(instance.url, ADMIN);
  const { passed, failed } = figures;
  const at = process.argv.indexOf("--report");
  const file = at > 0 ? process.argv[at + 1] : undefined;
  if (file) fs.writeFileSync(file, JSON.stringify({ passed, failed, goals: figures.goals }, null, 2));
  console.log(`\n${passed} goals hold, ${failed} do not`);
  await exit.leave(failed > 0 ? 1 : 0);
} catch (error) {
  await exit.fail(error);
}
