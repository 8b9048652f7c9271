/** How strong each adapter is, by every comparison of what they said. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import type { StrengthsView } from "./views.ts";

export async function getStrengths(_db: Db, _how: { lengthControlled: boolean }): Promise<StrengthsView> {
  throw new AppError("NOT_IMPLEMENTED", "Strengths of adapters are not built yet.");
}
