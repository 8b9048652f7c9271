/** Erasing a person: their texts and judgements go, the adapters that learned from them are flagged, a report is kept. */

import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import type { ErasureView } from "./views.ts";

export async function eraseUser(
  _services: Pick<Services, "db" | "env">,
  _who: { userId: string; actorId: string },
): Promise<ErasureView> {
  throw new AppError("NOT_IMPLEMENTED", "Erasing is not built yet.");
}
