/** Adapter and base as one GGUF file, made on demand by a child process. */

import { AppError } from "../../errors.ts";
import type { Services } from "../../services.ts";
import type { MergeType, MergeView } from "../views/registry.ts";

interface Wanted {
  id: string;
  type: MergeType;
}

export async function startMerge(
  _services: Pick<Services, "db" | "env">,
  _actorId: string,
  _of: Wanted,
): Promise<MergeView> {
  throw new AppError("NOT_IMPLEMENTED", "Merged models are not there yet.");
}

export async function mergeState(_services: Pick<Services, "db" | "env">, _of: Wanted): Promise<MergeView> {
  throw new AppError("NOT_IMPLEMENTED", "Merged models are not there yet.");
}
