/** Placeholder: follows a run's figures and status. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import type { RunMetricView, RunView } from "./views.ts";

export type RunStreamEvent = ({ type: "step" } & RunMetricView) | { type: "status"; run: RunView };

// biome-ignore lint/correctness/useYield: placeholder
export async function* followRun(
  _db: Db,
  _input: { id: string; after: bigint },
  _signal: AbortSignal,
): AsyncGenerator<{ id: string; event: RunStreamEvent }> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}
