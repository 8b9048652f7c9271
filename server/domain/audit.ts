/** Placeholder: the functions of audit with their final types. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import type { AuditView, Page } from "./views.ts";

export async function listAudit(_db: Db, _cursor?: string): Promise<Page<AuditView>> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}
