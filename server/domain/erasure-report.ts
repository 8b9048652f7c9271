/** The report of an erasure: what it says, and the bytes that its hash is of. It names nobody and holds no text of theirs. */

import { createHash } from "node:crypto";
import { z } from "zod";
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
  const kept = [
    "A row with the id above and nothing else stays, so that the audit trail keeps its shape.",
    "The audit trail keeps when this id did what; its address and names were taken out.",
  ];
  if (datasets.length > 0)
    kept.push(
      "The Datasets named above keep the examples of other people; their hashes name what they were, and no run may be started on them.",
    );
  if (adapters.length > 0)
    kept.push(
      "The adapters named above keep weights that were trained while the examples were there. They are flagged until they have been trained anew without them.",
    );
  kept.push(
    "Files that admins have brought in as Datasets stay as they are: they are not tied to an account.",
    "Backups made before this day are outside the reach of this program, and freed pages of the database keep old bytes until they are used again.",
  );
  return kept;
}
