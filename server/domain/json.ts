/** Schemas of the Json columns; nothing reads one without. */

import { z } from "zod";
import { LEFT_OUT_REASONS } from "./views.ts";

/** RunMetric.values and Adapter.metrics. */
export const metricsSchema = z.record(z.string().max(100), z.number());

/** Message.sampling: everything, besides the seed, that the sampler was told. */
export const samplingSchema = z.object({
  temperature: z.number(),
  topP: z.number(),
  topK: z.int(),
  minP: z.number(),
  maxTokens: z.int(),
  stop: z.array(z.string()),
});
export type Sampling = z.infer<typeof samplingSchema>;

/** Dataset.leftOut. */
export const leftOutSchema = z.array(z.object({ reason: z.enum(LEFT_OUT_REASONS), count: z.int() }));

/** Run.config as far as pages show it; the trainer parses it with the method's own schema. */
export const runConfigRecord = z.record(z.string(), z.unknown());

/** BaseModel.shape. */
export const modelShapeSchema = z.object({
  layers: z.int(),
  width: z.int(),
  heads: z.int(),
  kvHeads: z.int(),
  headWidth: z.int(),
  feedForward: z.int(),
  vocabulary: z.int(),
  tiedEmbeddings: z.boolean(),
});
