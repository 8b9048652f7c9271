// Brings the whole of Hone up from an installed checkout and keeps it up: database, pages, inference, web, trainer.
import fs from "node:fs";
import path from "node:path";
import { freePort } from "../server/free-port.ts";
import { readSettings as readInferenceSettings } from "../server/inference/settings.ts";
import { usersOf } from "./start/install.mjs";
import type { createExit, createReporter } from "./start/report.mjs";
import { ensurePages, ensurePrismaClient } from "./supervisor/build.ts";
import { createChildren, endLeftovers } from "./supervisor/children.ts";
import { openDatabase } from "./supervisor/database.ts";
import { ensureSecrets, homeLayout, prepareHome, writePrivately } from "./supervisor/home.ts";
import { resolveModel } from "./supervisor/model.ts";
import { claimPort, waitUntilAnswers } from "./supervisor/ports.ts";
import { childEnvironment, readSettings } from "./supervisor/settings.ts";

const DEFAULT_ADMIN_EMAIL = "admin@example.com";
/** What a request makes is garbage within milliseconds: with room for many requests V8 drops most of it without looking (docs/performance.md). */
const WEB_HEAP = ["--max-semi-space-size=64"];

type Reporter = ReturnType<typeof createReporter>;

export interface SuperviseOptions {
  root: string;
  /** HONE_HOME, absolute; locked by the caller. */
  home: string;
  /** Development: pages are compiled as they are asked for, and all output goes to the terminal. */
  dev: boolean;
  say: Reporter["say"];
  step: Reporter["step"];
  lock: { update(more: object): void };
  exit: ReturnType<typeof createExit>;
}

/**
 * Returns when everything answers; afterwards the children are kept running until the process is told to stop.
 * @throws StartError with a sentence for whatever stands in the way; nothing half-done stays behind
 */
export async function supervise({ root, home, dev, say, step, lock, exit }: SuperviseOptions): Promise<void> {
  const settings = readSettings(process.env);
  const layout = homeLayout(home);
  prepareHome(layout);
  await endLeftovers(layout.children);
  await claimPort(settings.HOST, settings.PORT);
  const secrets = ensureSecrets(layout.secrets);
  const model = await resolveModel(settings.HONE_MODEL, { root, folder: layout.models, say });
  const inferencePort = await freePort([settings.PORT]);
  const env = childEnvironment({ settings, secrets, home, model: model.path, inferencePort });

  readInferenceSettings(env); // a bad setting of a child stops the start here, not the child again and again

  const { onLeave } = exit;
  const children = createChildren({ root, logs: layout.logs, record: layout.children, say, toTerminal: dev });
  const tsx = ["--import", "tsx"];

  // The model loads while the database starts and the pages are built.
  const inference = {
    name: "inference",
    args: [...tsx, "server/inference/main.ts"],
    env: { ...env, MALLOC_ARENA_MAX: "2" },
  };
  const database = await openDatabase({ settings, layout, promised: [settings.PORT, inferencePort], say, exit });
  env.DATABASE_URL = database.url;
  onLeave(() => children.stop());
  const building = { root, env, children, say, step };
  await ensurePrismaClient(building);
  children.keep(inference);
  const login = {
    email: settings.ADMIN_EMAIL ?? DEFAULT_ADMIN_EMAIL,
    password: settings.ADMIN_PASSWORD ?? secrets.adminPassword,
  };
  const admin = await database.prepare(login, model.facts);
  // Two development servers cannot share a folder; a port tells them apart.
  const build = dev ? `.next-dev-${settings.PORT}` : await ensurePages(building);
  onLeave(usersOf(root).enter({ url: settings.url, build }));

  const next = "node_modules/next/dist/bin/next";
  const address = ["-p", String(settings.PORT), "-H", settings.HOST];
  children.keep({
    name: "web",
    args: [...WEB_HEAP, next, dev ? "dev" : "start", ...address],
    env: { ...env, NODE_ENV: dev ? "development" : "production", NEXT_DIST_DIR: build },
  });
  const web = { name: "web", url: `http://${settings.probeHost}:${settings.PORT}/api/health/ready`, children };
  const speaks = { name: "inference", url: `${env.INFERENCE_URL}/health`, secret: secrets.inference, children };
  // Someone who changes the code wants to see the pages even while another process does not come up.
  if (!dev) await Promise.all([waitUntilAnswers(web), waitUntilAnswers(speaks)]);
  // Training yields to people who wait for a reply.
  children.keep({ name: "trainer", args: [...tsx, "trainer/main.ts"], env, nice: 10 });

  lock.update({ url: settings.url });
  announce({ say, url: settings.url, admin, file: layout.adminLogin });
}

function announce({
  say,
  url,
  admin,
  file,
}: {
  say: Reporter["say"];
  url: string;
  /** The account that was just made; null when there was one already. */
  admin: { email: string; password: string } | null;
  file: string;
}): void {
  if (admin) writePrivately(file, `${url}\nemail: ${admin.email}\npassword: ${admin.password}\n`);
  const relative = path.relative(process.cwd(), file);
  const shown = relative.startsWith("..") ? file : relative;
  say("Ready");
  console.log(`\n  ${url}\n`);
  if (admin) console.log(`  Admin login: ${admin.email} / ${admin.password}   (kept in ${shown})\n`);
  else if (fs.existsSync(file)) console.log(`  The admin login made at the first start is in ${shown}\n`);
}
