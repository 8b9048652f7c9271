/** Two adapters beside each other: figures, settings, curves, samples, and how often one is preferred. */

import type { Db } from "../../db.ts";
import { AppError } from "../../errors.ts";
import type { AdapterComparison } from "../views/registry.ts";

/** @throws AppError NOT_FOUND */
export async function compareAdapters(_db: Db, _of: { a: string; b: string }): Promise<AdapterComparison> {
  throw new AppError("NOT_IMPLEMENTED", "Comparisons are not there yet.");
}
