/** Drafts side by side: replies to one prompt among which the person who asked chooses. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import type { DraftChoice, DraftsView } from "./views.ts";

/** What the person who asked says of the drafts; said again, it replaces what was said before. */
export async function chooseDraft(
  _db: Db,
  _viewerId: string,
  _input: { comparisonId: string; choice: DraftChoice },
): Promise<DraftsView> {
  throw new AppError("NOT_IMPLEMENTED", "Choosing is not built yet.");
}

export async function unchooseDraft(_db: Db, _viewerId: string, _comparisonId: string): Promise<DraftsView> {
  throw new AppError("NOT_IMPLEMENTED", "Choosing is not built yet.");
}
