/** Private data in a Dataset: what a scan finds, and a new Dataset without it. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import type { DatasetSummary, PiiKind, PiiReport } from "./views.ts";

export interface Redaction {
  id: string;
  kinds: readonly PiiKind[];
  name?: string;
  /** Ordinals of examples to leave as they are. */
  keep: readonly number[];
}

export async function scanDataset(_db: Db, _id: string): Promise<PiiReport> {
  throw new AppError("NOT_IMPLEMENTED", "This is not ready yet.");
}

/** A new Dataset; the old one stays. */
export async function redactDataset(_db: Db, _actorId: string, _redaction: Redaction): Promise<DatasetSummary> {
  throw new AppError("NOT_IMPLEMENTED", "This is not ready yet.");
}
