/** Settings in the database, which win over the environment and over the defaults of the registry. */

import type { z } from "zod";
import { isSignUpOpen } from "../auth-sign-up.ts";
import type { Db, Tx } from "../db.ts";
import type { Env } from "../env.ts";
import { recordAudit } from "./audit.ts";
import { SETTING_DEFAULTS, type SettingKey, type Settings, settingsSchema } from "./setting-registry.ts";

type Defaults = Pick<Env, "SIGN_UP">;
type StoredKey = keyof typeof SETTING_DEFAULTS;

/** One setting, for the server's own use. A stored value that its schema no longer knows gives way to the default. */
export async function getSetting<Key extends StoredKey>(db: Db | Tx, key: Key): Promise<Settings[Key]> {
  const row = await db.setting.findUnique({ where: { key }, select: { value: true } });
  return read(key, row?.value);
}

function read<Key extends StoredKey>(key: Key, stored: unknown): Settings[Key] {
  const parsed = settingsSchema.shape[key].safeParse(stored);
  return (parsed.success ? parsed.data : SETTING_DEFAULTS[key]) as Settings[Key];
}

export async function getSettings(db: Db | Tx, env: Defaults): Promise<Settings> {
  const rows = await db.setting.findMany({ select: { key: true, value: true } });
  const stored = new Map(rows.map(({ key, value }) => [key, value]));
  const keys = Object.keys(SETTING_DEFAULTS) as StoredKey[];
  const values = Object.fromEntries(keys.map((key) => [key, read(key, stored.get(key))]));
  return { ...(values as Omit<Settings, "signUpOpen">), signUpOpen: await isSignUpOpen(db, env) };
}

/** Sets those that are given and differ, each with its line in the audit trail. */
export async function setSettings(db: Db, env: Defaults, actorId: string, input: Partial<Settings>): Promise<Settings> {
  return db.$transaction(async (tx) => {
    const before = await getSettings(tx, env);
    const unreadable = await unreadableKeys(tx);
    for (const key of Object.keys(input) as SettingKey[]) {
      const value = input[key];
      if (value === undefined) continue;
      if (JSON.stringify(value) === JSON.stringify(before[key]) && !unreadable.has(key)) continue;
      const change = { value, updatedById: actorId, updatedAt: new Date() };
      await tx.setting.upsert({ where: { key }, create: { key, ...change }, update: change });
      await recordAudit(tx, {
        actorId,
        action: "setting.set",
        subject: `Setting:${key}`,
        before: { value: before[key] },
        after: { value },
      });
    }
    return getSettings(tx, env);
  });
}

/** Keys whose stored value its schema does not know, so that the default stands for it. */
async function unreadableKeys(tx: Tx): Promise<Set<string>> {
  const rows = await tx.setting.findMany({ select: { key: true, value: true } });
  const schemas: Partial<Record<string, z.ZodType>> = settingsSchema.shape;
  return new Set(
    rows.filter(({ key, value }) => schemas[key]?.safeParse(value).success === false).map(({ key }) => key),
  );
}
