/** The report of an erasure: what it says, and the bytes that its hash is of. It names nobody and holds no text of theirs. */

import { createHash } from "node:crypto";
import { z } from "zod";
import { KEPT } from "./views/lineage.ts";
import type { ErasureReport } from "./views.ts";

const count = z.int().min(0);

/** Erasure.report. Its fields stand in the order in which the report is written. */
export const erasureReportSchema = z.object({
  subject: z.uuid(),
  at: z.iso.datetime(),
  requestedBy: z.enum(["SELF", "ADMIN"]),
  removed: z.object({
    conversations: count,
    messages: count,
    feedback: count,
    rankings: count,
    edits: count,
    pairs: count,
    datasetExamples: count,
    apiKeys: count,
    runSamples: count,
  }),
  datasets: z.array(z.object({ sha256: z.string(), examples: count })),
  adapters: z.array(z.object({ sha256: z.string(), examples: count, inherited: z.boolean(), live: z.boolean() })),
  kept: z.array(z.string()),
}) satisfies z.ZodType<ErasureReport>;

/**
 * The report as it is handed out: equal reports are equal bytes, whatever order the database keeps fields in, so that
 * `sha256sum` of the file can be compared with the hash that is kept here.
 */
export function reportFile(report: unknown): { text: string; sha256: string } {
  const text = `${JSON.stringify(erasureReportSchema.parse(report), null, 2)}\n`;
  return { text, sha256: createHash("sha256").update(text).digest("hex") };
}

/** What stays, and why. */
export function keptSentences({ datasets, adapters }: Pick<ErasureReport, "datasets" | "adapters">): string[] {
  return [
    ...[KEPT.subject, KEPT.audit],
    ...(datasets.length > 0 ? [KEPT.datasets] : []),
    ...(adapters.length > 0 ? [KEPT.adapters] : []),
    ...[KEPT.files, KEPT.backups],
  ];
}
