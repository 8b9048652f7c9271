/** A sentence the server has decided on and the page writes in the reader's language: an area, a code and its values. */

import { z } from "zod";

export const SENTENCE_AREAS = ["schedule", "gate", "traffic", "registry", "operations"] as const;

export const sentenceSchema = z.object({
  /** The words stand in messages/…/<area>.json under `sentences.<code>`. */
  area: z.enum(SENTENCE_AREAS),
  code: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
  values: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
});
export type Sentence = z.output<typeof sentenceSchema>;
export const sentencesSchema = z.array(sentenceSchema);
