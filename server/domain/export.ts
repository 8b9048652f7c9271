/** Exports: a Dataset as a file in any format. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import type { DataFormat, ExportReport } from "./views.ts";

export async function reportExport(_db: Db, _of: { id: string; format: DataFormat }): Promise<ExportReport> {
  throw new AppError("NOT_IMPLEMENTED", "This is not ready yet.");
}
