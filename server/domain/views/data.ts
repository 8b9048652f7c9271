/** What pages see of data in bulk: formats, imports, statistics, comparisons of Datasets, private data found in them. */

import type { DataKind, ImportState, PairSource, PairStatus, Split } from "../../../prisma/generated/enums.ts";
import type { LeftOut } from "./run.ts";

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

/** Kinds of data that a format has a layout for, both ways. */
export const FORMAT_KINDS = {
  hone: ["PAIRS", "RANKINGS", "THUMBS", "DIALOGUES", "PROMPTS", "TEXTS"],
  trl: ["PAIRS", "THUMBS", "DIALOGUES", "PROMPTS", "TEXTS"],
  sharegpt: ["PAIRS", "THUMBS", "DIALOGUES", "PROMPTS", "TEXTS"],
  "llama-factory": ["PAIRS", "THUMBS", "DIALOGUES", "PROMPTS", "TEXTS"],
  openai: ["PAIRS", "DIALOGUES", "PROMPTS"],
  hh: ["PAIRS", "DIALOGUES"],
  "open-webui": ["PAIRS", "THUMBS", "DIALOGUES", "PROMPTS"],
} as const satisfies Record<DataFormat, readonly DataKind[]>;

export interface ImportView {
  id: string;
  /** Of the whole file, hex. */
  sha256: string;
  name: string;
  format: DataFormat;
  kind: DataKind;
  /** RECEIVING until every line is read, the file's bytes included; FAILED with `bad` lines waits for acceptBad or cancel. */
  state: ImportState;
  skipBad: boolean;
  /** Of the whole file, as it is sent. */
  bytes: number;
  /** That have arrived: go on from here. */
  received: number;
  /** That have been read and stored. */
  bytesRead: number;
  /** Lines read, blank ones included. */
  lines: number;
  /** Examples. */
  good: number;
  /** Lines. */
  bad: number;
  /** To the end of the reading, at the pace so far; null before there is one and when it is over. */
  etaSeconds: number | null;
  /** The first 1,000; lines count from 1. */
  problems: { line: number; message: string }[];
  error: string | null;
  datasetId: string | null;
  createdAt: Date;
  updatedAt: Date;
}

/** What an export in a format would leave behind. */
export interface ExportReport {
  written: number;
  leftOut: { reason: string; count: number }[];
  /** Fields of ours that some examples have and the format has no place for. */
  lost: { field: string; count: number }[];
}

/** What a Dataset frozen at this moment would hold. */
export interface DatasetPreview {
  kind: DataKind;
  train: number;
  heldOut: number;
  leftOut: LeftOut[];
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
