/** What the retention policy would do today. */

import type { Db } from "../../db.ts";
import { AppError } from "../../errors.ts";
import type { RetentionPlan } from "../views/registry.ts";

export async function retentionPlan(_db: Db, _now: Date): Promise<RetentionPlan> {
  throw new AppError("NOT_IMPLEMENTED", "Retention is not there yet.");
}
