/** Model cards: what an adapter is, for whoever is handed its files. */

import type { Db } from "../../db.ts";
import { AppError } from "../../errors.ts";
import type { Language } from "../views/registry.ts";

/** As Markdown. @throws AppError NOT_FOUND */
export async function modelCard(_db: Db, _of: { id: string; language: Language }): Promise<{ markdown: string }> {
  throw new AppError("NOT_IMPLEMENTED", "Model cards are not there yet.");
}
