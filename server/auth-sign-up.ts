/** Whether strangers may make an account. */

import { z } from "zod";
import type { Db, Tx } from "./db.ts";
import type { Env } from "./env.ts";

/** The admins' word if they have said one, else the environment's. */
export async function isSignUpOpen(db: Db | Tx, env: Pick<Env, "SIGN_UP">): Promise<boolean> {
  const row = await db.setting.findUnique({ where: { key: "signUpOpen" } });
  return row ? z.boolean().parse(row.value) : env.SIGN_UP === "open";
}
