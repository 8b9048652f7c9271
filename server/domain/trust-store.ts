/** What is known of each rater, kept in RaterTrust: worked out from all judgements, and the quarantine that admins and checks decide. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";

/** Works the trust of every rater out anew. @returns how many raters there are */
export async function recomputeTrust(_db: Db): Promise<{ raters: number }> {
  throw new AppError("NOT_IMPLEMENTED", "Trust in raters is not built yet.");
}

/** Puts a rater's pairs aside, or lets them count again; both are audited. */
export async function setQuarantine(
  _db: Db,
  _actorId: string,
  _decision: { raterId: string; quarantined: boolean; reason: string },
): Promise<{ raterId: string; quarantined: boolean }> {
  throw new AppError("NOT_IMPLEMENTED", "Quarantine is not built yet.");
}
