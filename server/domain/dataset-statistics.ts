/** Statistics of a Dataset: lengths, languages, sources, balance. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import type { DatasetStatistics } from "./views.ts";

export async function datasetStatistics(_db: Db, _id: string): Promise<DatasetStatistics> {
  throw new AppError("NOT_IMPLEMENTED", "This is not ready yet.");
}
