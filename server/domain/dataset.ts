/** Placeholder: the functions of dataset with their final types. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import type { DatasetSummary, DatasetView } from "./views.ts";

export async function listDatasets(_db: Db): Promise<DatasetSummary[]> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function getDataset(_db: Db, _input: { id: string; cursor?: string }): Promise<DatasetView> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}
