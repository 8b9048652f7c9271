/** What admins see of adapters as things to keep: where they came from, what was said of them, two beside each other. */

import { z } from "zod";
import type { Sentence } from "./sentence.ts";

/** Where an adapter came from that no Run here made. */
export const importSourceSchema = z.object({
  format: z.enum(["GGUF", "PEFT"]),
  fileName: z.string(),
  /** Of what was sent, as its hash is: a PEFT archive is converted, and the adapter has another one. */
  bytes: z.number(),
  sha256: z.string(),
  /** The file names the base it was trained on by hash; otherwise nothing but its shapes says that it fits. */
  baseNamed: z.boolean(),
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
  /**
   * How often `a` is preferred to `b`: by people, over prompts to which both replied and with ties as a half, or else by the held-out
   * pairs of a Gate of one against the other; null where there is neither. `count`: prompts, or pairs.
   */
  winRate: { value: number; low: number; high: number; count: number; from: "PEOPLE" | "GATE" } | null;
}

/** What became of a file that was sent. */
export type ImportResult =
  | {
      adapterId: string;
      sha256: string;
      /** These very weights were here already; where their files were deleted, they are back. */
      known: boolean;
    }
  | { refusal: Sentence };

/** How the matrices of a merged model are stored; `keep` leaves each as the base has it. */
export const MERGE_TYPES = ["keep", "f32", "f16", "q8_0"] as const;
export type MergeType = (typeof MERGE_TYPES)[number];

/** Adapter and base as one file, made when somebody asks and kept for a day. */
export type MergeView =
  | { state: "NONE" }
  | { state: "RUNNING" /** Share of the tensors that are written. */; done: number }
  | { state: "DONE"; bytes: number; sha256: string }
  | { state: "FAILED"; reason: Sentence };

/** What the retention policy would do with each adapter's files today. */
export interface RetentionPlan {
  policy: Retention;
  entries: {
    adapterId: string;
    sha256: string;
    name: string | null;
    bytes: number;
    /** When its files go; null: never, under this policy. */
    due: Date | null;
    reason: Sentence;
  }[];
}

export const LANGUAGES = ["en", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];
