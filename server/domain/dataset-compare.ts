/** Two Datasets side by side: what is in both, and what in one only. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import type { DatasetComparison } from "./views.ts";

export async function compareDatasets(_db: Db, _of: { a: string; b: string }): Promise<DatasetComparison> {
  throw new AppError("NOT_IMPLEMENTED", "This is not ready yet.");
}
