/** Training an adapter anew without what an erasure took away. */

import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";

export async function retrainWithout(
  _services: Pick<Services, "db" | "queue" | "env">,
  _actorId: string,
  _what: { adapterId: string; erasureId: string },
): Promise<{ runId: string }> {
  throw new AppError("NOT_IMPLEMENTED", "Training anew is not built yet.");
}
