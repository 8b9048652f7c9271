/** What pages see of data in bulk: formats, imports, statistics, comparisons of Datasets, private data found in them. */

import type { ImportState, PairSource, PairStatus, Split } from "../../../prisma/generated/enums.ts";

/** Layouts of files that come in and go out; docs/formats.md shows a line of each. */
export const DATA_FORMATS = [
  "hone", // every field of ours, lossless
  "trl", // prompt/chosen/rejected, prompt/completion/label, messages
  "sharegpt", // conversations of from/value, minimind's role/content as well
  "llama-factory", // alpaca, and kto_tag
  "openai", // preferred_output/non_preferred_output, messages
  "hh", // transcripts with Human: and Assistant:
  "open-webui", // its export of feedback
] as const;
export type DataFormat = (typeof DATA_FORMATS)[number];

export interface ImportView {
  id: string;
  name: string;
  format: DataFormat;
  kind: string;
  state: ImportState;
  bytes: number;
  bytesRead: number;
  good: number;
  bad: number;
  /** The first 1,000; lines count from 1. */
  problems: { line: number; message: string }[];
  error: string | null;
  datasetId: string | null;
  createdAt: Date;
  updatedAt: Date;
}

export interface Histogram {
  /** Bin i holds values from edges[i] up to edges[i + 1]. */
  edges: number[];
  counts: number[];
}

export interface DatasetStatistics {
  examples: number;
  /** Characters of prompt, chosen (or only) reply, and rejected reply. */
  length: { prompt: Histogram; chosen: Histogram; rejected: Histogram | null };
  /** Difference in characters of chosen and rejected: what a model learns about length without being told. */
  lengthDifference: Histogram | null;
  /** ISO 639-1 codes, "other" where none is clear. */
  languages: { language: string; count: number }[];
  sources: { source: PairSource | "UPLOAD"; count: number }[];
  /** Of THUMBS: liked and disliked; of pairs: longer and shorter chosen. */
  balance: { name: "liked" | "disliked" | "longer" | "shorter" | "equal"; count: number }[];
  raters: { count: number; largestShare: number };
  clusters: { count: number; largest: number };
  weight: Histogram;
  epsilon: Histogram | null;
}

export interface DatasetComparison {
  a: string;
  b: string;
  common: number;
  onlyA: number;
  onlyB: number;
  /** In both, on different sides of the split. */
  movedSplit: number;
  /** In both, with another weight. */
  reweighted: number;
  /** The first of each difference, for reading. */
  examples: { side: "A" | "B"; prompt: string; chosen: string; rejected: string | null }[];
}

export const PII_KINDS = [
  "email",
  "phone",
  "card",
  "iban",
  "ip",
  "id-number",
  "address",
  "secret",
  "url-with-credentials",
] as const;
export type PiiKind = (typeof PII_KINDS)[number];

export interface PiiFinding {
  ordinal: number;
  field: string;
  kind: PiiKind;
  /** Offsets in UTF-16 units. */
  start: number;
  end: number;
  /** The text around, with the finding itself replaced. */
  context: string;
  replacement: string;
}

export interface PiiReport {
  examples: number;
  affected: number;
  byKind: { kind: PiiKind; count: number }[];
  /** The first 200. */
  findings: PiiFinding[];
}

/** How pairs are chosen from the list; everything left out means any. */
export interface PairFilter {
  source?: PairSource;
  status?: PairStatus;
  raterId?: string;
  adapterSha256?: string;
  /** Looked for in prompt and replies. */
  search?: string;
  from?: Date;
  to?: Date;
}

export interface DatasetFilter {
  split?: Split;
  source?: PairSource;
  language?: string;
  search?: string;
}
