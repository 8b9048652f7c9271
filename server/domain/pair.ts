/** Placeholder: the functions of pair with their final types. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import type { Page, PairView } from "./views.ts";

export async function listPairs(_db: Db, _cursor?: string): Promise<Page<PairView>> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}
