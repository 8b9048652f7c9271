// For processes that run apart, without the supervisor: migrates the database at DATABASE_URL and makes the admin and first release.
import path from "node:path";
import { migrate } from "../prisma/migrate.ts";
import { seed } from "../prisma/seed.ts";
import { requireEnv } from "../server/env.ts";
import { refuseUnfinishedRestore } from "./backup/unfinished.ts";
import { createExit } from "./start/report.mjs";
import { reachable } from "./supervisor/database.ts";
import { resolveModel } from "./supervisor/model.ts";

const exit = createExit();
try {
  refuseUnfinishedRestore(requireEnv("HONE_HOME"));
  const url = await reachable(requireEnv("DATABASE_URL"));
  const login = { email: requireEnv("ADMIN_EMAIL"), password: requireEnv("ADMIN_PASSWORD") };
  const folder = path.join(requireEnv("HONE_HOME"), "models");
  const model = await resolveModel(requireEnv("HONE_MODEL"), { root: process.cwd(), folder, say: console.log });
  const applied = await migrate(url);
  const made = await seed(url, { ...login, base: model.facts });
  console.log(
    `${applied.length} migrations applied; ${made ? `${login.email} is the admin` : "there was an admin already"}`,
  );
  await exit.leave(0);
} catch (error) {
  await exit.fail(error);
}
