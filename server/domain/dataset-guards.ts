/** The rules that keep a few raters from filling a Dataset: their settings, and which pairs they let in. Pure. */

import { z } from "zod";
import type { Guards } from "./views.ts";

/** Setting `guards` and Dataset.guards. */
export const guardsSchema = z.object({
  raterShare: z.number().gt(0).max(1),
  raterFloor: z.int().min(0),
  perDay: z.int().min(1),
  loneWeight: z.number().gt(0).max(1),
  burstPerHour: z.int().min(1),
  newcomerShare: z.number().min(0).lt(1),
  newcomerFloor: z.int().min(0),
  clusterMost: z.int().min(1),
}) satisfies z.ZodType<Guards>;

export const DEFAULT_GUARDS: Guards = {
  raterShare: 0.01,
  raterFloor: 50,
  perDay: 200,
  loneWeight: 0.5,
  burstPerHour: 120,
  newcomerShare: 0.005,
  newcomerFloor: 500,
  clusterMost: 50,
};
