/** What admins see of adapters as things to keep: where they came from, what was said of them, two beside each other. */

import { z } from "zod";
import type { Sentence } from "./sentence.ts";

/** Where an adapter came from that no Run here made. */
export const importSourceSchema = z.object({
  format: z.enum(["GGUF", "PEFT"]),
  fileName: z.string(),
  bytes: z.number(),
  importedAt: z.string(),
});
export type ImportSource = z.output<typeof importSourceSchema>;

/** What is kept of adapters: files of REJECTED and RETIRED ones go after `days`; the newest `keep` never do, nor what was ever live within `liveDays`. */
export const retentionSchema = z.object({
  enabled: z.boolean().default(false),
  days: z.int().min(1).max(3_650).default(90),
  keep: z.int().min(0).max(1_000).default(10),
  liveDays: z.int().min(0).max(3_650).default(180),
});
export type Retention = z.output<typeof retentionSchema>;

export interface AdapterComparison {
  a: string;
  b: string;
  /** By the name of the figure: what each measured at its end. */
  metrics: { name: string; a: number | null; b: number | null }[];
  config: { key: string; a: unknown; b: unknown }[];
  curves: { name: string; a: { step: number; value: number }[]; b: { step: number; value: number }[] }[];
  samples: { prompt: string; a: string | null; b: string | null }[];
  /** From people's comparisons of both (Bradley–Terry) or a Gate of one against the other; null where there is neither. */
  winRate: { value: number; low: number; high: number; from: "PEOPLE" | "GATE" } | null;
}

/** Why a file was not taken, or null. */
export type ImportRefusal = Sentence | null;
