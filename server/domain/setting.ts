/** Placeholder: the functions of setting with their final types. */

import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { AppError } from "../errors.ts";

export interface SettingsView {
  signUpOpen: boolean;
}

export async function getSettings(_db: Db, _env: Pick<Env, "SIGN_UP">): Promise<SettingsView> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function setSettings(
  _db: Db,
  _env: Pick<Env, "SIGN_UP">,
  _actorId: string,
  _input: Partial<SettingsView>,
): Promise<SettingsView> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}
