/** Settings in the database, which win over the environment. */

import { z } from "zod";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { recordAudit } from "./audit.ts";

/** Setting.value by key. */
const settingsSchema = z.object({ signUpOpen: z.boolean() });
export type SettingsView = z.infer<typeof settingsSchema>;

type Defaults = Pick<Env, "SIGN_UP">;

export async function getSettings(db: Pick<Db, "setting">, env: Defaults): Promise<SettingsView> {
  const rows = await db.setting.findMany();
  const stored = settingsSchema.partial().parse(Object.fromEntries(rows.map(({ key, value }) => [key, value])));
  return { signUpOpen: env.SIGN_UP === "open", ...stored };
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
