/** The way from a vote to the weights it moved and back, and what an erasure took out of it. */

import type {
  JudgementKind,
  Method,
  PairSource,
  PairStatus,
  RunStatus,
  Split,
} from "../../../prisma/generated/enums.ts";
import type { PersonRef } from "./common.ts";

export interface LineageAdapter {
  id: string;
  sha256: string;
  runId: string | null;
  method: Method | null;
  createdAt: Date;
  /** Releases it spoke as. */
  releases: { number: number; from: Date; to: Date | null }[];
  /** Erasures that took away something it had learned from, as long as it was not trained anew without. */
  flags: number;
}

/** An erasure that took away something an adapter had learned from. */
export interface AdapterErasure {
  id: string;
  at: Date;
  /** Of its Datasets, that held the person's words or rested on their judgement. */
  examples: number;
  /** Not trained on them itself, but continues an adapter that was, or was scored by one. */
  inherited: boolean;
  retrainedBy: { runId: string; status: RunStatus } | null;
}

export interface LineageDataset {
  id: string;
  sha256: string;
  name: string | null;
  examples: number;
  erased: number;
  /** What the Run used it for. */
  role: "DATA" | "REPLAY" | "HUMAN_PAIRS";
}

/** Everything behind an adapter, the adapters it continues included, nearest first. */
export interface AdapterLineage {
  chain: { adapter: LineageAdapter; datasets: LineageDataset[]; rewardAdapterId: string | null }[];
  /** Distinct ones in all the Datasets above. */
  pairs: number;
  /** Who judged which example, each once. */
  judgements: number;
  raters: { rater: PersonRef; examples: number; share: number }[];
  /** Trained from this one. */
  continuedBy: LineageAdapter[];
  erasures: AdapterErasure[];
  /** Examples to open, newest first. */
  samples: {
    pairId: string;
    source: PairSource;
    split: Split;
    prompt: string;
    weight: number;
    epsilon: number | null;
  }[];
}

/** What became of one judgement, or of one pair. */
export interface JudgementLineage {
  judgements: {
    kind: JudgementKind;
    subjectId: string;
    rater: PersonRef;
    at: Date;
    withdrawn: boolean;
    text: string;
  }[];
  pairs: { id: string; source: PairSource; status: PairStatus; prompt: string }[];
  datasets: LineageDataset[];
  /** Trained on one of those Datasets, or continuing an adapter that was. */
  adapters: (LineageAdapter & { inherited: boolean })[];
}

/** What an erasure leaves, and why: as reports say it, and by keys that pages have words for. */
export const KEPT = {
  subject: "A row with the id above and nothing else stays, so that the audit trail keeps its shape.",
  audit: "The audit trail keeps when this id did what; its address and names were taken out.",
  datasets:
    "The Datasets named above keep the examples of other people; their hashes name what they were, and no run may be started on them.",
  adapters:
    "The adapters named above keep weights that were trained while the examples were there. They are flagged until they have been trained anew without them.",
  files: "Files that admins have brought in as Datasets stay as they are: they are not tied to an account.",
  backups:
    "Backups made before this day are outside the reach of this program, and freed pages of the database keep old bytes until they are used again.",
} as const;

export interface ErasureReport {
  /** Id of the person, which names nobody any more. */
  subject: string;
  at: string;
  requestedBy: "SELF" | "ADMIN";
  removed: Record<
    | "conversations"
    | "messages"
    | "feedback"
    | "rankings"
    | "edits"
    | "pairs"
    | "datasetExamples"
    | "apiKeys"
    | "runSamples",
    number
  >;
  datasets: { sha256: string; examples: number }[];
  adapters: { sha256: string; examples: number; inherited: boolean; live: boolean }[];
  /** What stays, and why, in sentences. */
  kept: string[];
}

/** What erasing a person would take away and touch. */
export interface ErasurePreview {
  person: PersonRef;
  removed: ErasureReport["removed"];
  datasets: { id: string; name: string | null; sha256: string; examples: number }[];
  adapters: { adapterId: string; sha256: string; examples: number; inherited: boolean; live: boolean }[];
  /** Runs that are being trained on it, and would be cancelled. */
  runs: { id: string; method: Method }[];
  /** Why it cannot be done now, null when it can. */
  refusal: "LAST_ADMIN" | null;
}

export interface ErasureView {
  id: string;
  at: Date;
  subject: string;
  requestedBy: PersonRef | null;
  sha256: string;
  report: ErasureReport;
  adapters: {
    adapterId: string;
    sha256: string;
    examples: number;
    inherited: boolean;
    live: boolean;
    retrainedBy: { runId: string; status: RunStatus } | null;
  }[];
}
