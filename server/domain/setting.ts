/** Settings in the database, which win over the environment. */

import { isSignUpOpen } from "../auth-sign-up.ts";
import type { Db, Tx } from "../db.ts";
import type { Env } from "../env.ts";
import { recordAudit } from "./audit.ts";

export interface SettingsView {
  signUpOpen: boolean;
}

type Defaults = Pick<Env, "SIGN_UP">;

export async function getSettings(db: Db | Tx, env: Defaults): Promise<SettingsView> {
  return { signUpOpen: await isSignUpOpen(db, env) };
}

export async function setSettings(
  db: Db,
  env: Defaults,
  actorId: string,
  input: Partial<SettingsView>,
): Promise<SettingsView> {
  return db.$transaction(async (tx) => {
    const before = await getSettings(tx, env);
    for (const [key, value] of Object.entries(input)) {
      if (value === undefined || value === before[key as keyof SettingsView]) continue;
      const change = { value, updatedById: actorId, updatedAt: new Date() };
      await tx.setting.upsert({ where: { key }, create: { key, ...change }, update: change });
      await recordAudit(tx, {
        actorId,
        action: "setting.set",
        subject: `Setting:${key}`,
        before: { value: before[key as keyof SettingsView] },
        after: { value },
      });
    }
    return getSettings(tx, env);
  });
}
