/** What the pages see of what is learned from and what was learned: pairs, Datasets, adapters, Deployments. */

import type {
  AdapterKind,
  AdapterStatus,
  CanaryStatus,
  DataKind,
  DatasetOrigin,
  PairSource,
  PairStatus,
  Split,
  Tuning,
} from "../../../prisma/generated/enums.ts";
import type { Page, PersonRef, Turns } from "./common.ts";
import type { ImportSource } from "./registry.ts";
import type { LeftOut } from "./run.ts";
import type { Sentence } from "./sentence.ts";
import type { Guards } from "./trust.ts";

export interface BaseModelView {
  id: string;
  name: string;
  sha256: string;
  architecture: string;
  parameters: number;
}

export interface AdapterView {
  id: string;
  sha256: string;
  /** A REWARD adapter scores replies; nobody talks to it. */
  kind: AdapterKind;
  tuning: Tuning;
  /** Whether it can be activated: LoRA policies can. */
  servable: boolean;
  status: AdapterStatus;
  /** Null for a whole model. */
  rank: number | null;
  alpha: number | null;
  bytes: number;
  createdAt: Date;
  runId: string | null;
  baseModelId: string;
  /** Erasures that took away something it had learned from, as long as it was not trained anew without. */
  flags: number;
  metrics: Record<string, number>;
  /** Of reward models that were measured. */
  reward: RewardFigures | null;
  /** Speaks to people now, as the default arm or another. */
  live: boolean;
  /** For people; the hash stays its name. */
  name: string | null;
  /** Markdown. */
  notes: string;
  tags: string[];
  /** Null for what a Run here made. */
  source: ImportSource | null;
  importedBy: PersonRef | null;
  retiredAt: Date | null;
  /** By the retention policy. */
  filesDeletedAt: Date | null;
  /** Names to download from /api/adapters/[id]/[file]; empty when the files are gone. */
  files: { name: string; bytes: number }[];
}

export interface DeploymentView {
  id: string;
  number: number;
  adapterId: string | null;
  adapterSha256: string | null;
  base: { id: string; name: string };
  activatedAt: Date;
  deactivatedAt: Date | null;
  activatedBy: PersonRef | null;
  active: boolean;
  /** A rollback now would bring this one's adapter back. */
  rollbackTo: boolean;
  /** Whether it is, or was, what conversations get that no other arm has. */
  isDefault: boolean;
  /** Per mille of new conversations, the default arm's rest included; 0 once it is over. */
  share: number;
  /** Why it was taken away; null while it is active. */
  endReason: Sentence | null;
  /** Why an admin put it through without a passed Gate. */
  override: string | null;
  gateId: string | null;
  /** The canary that it was the arm of. */
  canary: { id: string; status: CanaryStatus } | null;
}

/** What a reward model was found to be worth on pairs it was not trained on. */
export interface RewardFigures {
  pairs: number;
  /** Share of pairs whose chosen reply scores higher. */
  accuracy: number;
  /** Mean of r(chosen) − r(rejected). */
  margin: number;
  /**
   * Pairs by how sure the model was of the reply it preferred, in ten bins from ½ to 1: `predicted` is its mean σ(|margin|),
   * `observed` how often it was right. Bins without a pair are left out.
   */
  calibration: { bin: number; predicted: number; observed: number; count: number }[];
}

/** A text and the score that a reward model gives it. */
export type ScoreResult =
  | { state: "WAITING" }
  | { state: "DONE"; scores: number[] }
  | { state: "FAILED"; error: string };

export interface DatasetSummary {
  id: string;
  kind: DataKind;
  origin: DatasetOrigin;
  /** Of uploads. */
  name: string | null;
  sha256: string;
  train: number;
  heldOut: number;
  frozenAt: Date;
  runs: number;
  /** Examples that an erasure took away since: it is no longer whole. */
  erased: number;
  /** The rules it was frozen under; null where none applied. */
  guards: Guards | null;
}

/** What became of an uploaded file. Nothing is stored while lines are bad, unless they were to be skipped. */
export interface UploadResult {
  /** Null where nothing was stored. */
  dataset: DatasetSummary | null;
  /** Good examples found. */
  rows: number;
  /** The first 100; lines count from 1. */
  problems: { line: number; message: string }[];
  problemCount: number;
}

export interface PairView {
  id: string;
  source: PairSource;
  status: PairStatus;
  createdAt: Date;
  /** The conversation up to and including the prompt. */
  prompt: Turns;
  chosen: PairReplyView;
  rejected: PairReplyView;
  raters: PersonRef[];
  weight: number;
  /** Why it was put aside. */
  quarantineReason: string | null;
}

/** One pair with what became of it. */
export interface PairDetails extends PairView {
  conversationId: string;
  /** Frozen Datasets that hold it, newest first. */
  datasets: {
    id: string;
    sha256: string;
    frozenAt: Date;
    ordinal: number;
    split: Split;
    weight: number;
    epsilon: number | null;
  }[];
}

export interface PairReplyView {
  messageId: string;
  content: string;
  adapterSha256: string | null;
}

export interface DatasetView extends DatasetSummary {
  leftOut: LeftOut[];
  /** Pairs of people's judgements; empty for Datasets that hold items. */
  pairs: Page<PairView & { ordinal: number; split: Split; epsilon: number | null }>;
  /** Examples of the other kinds and of uploads; empty where there are pairs. */
  items: Page<DatasetItemView>;
}

/** An example as its page shows it. */
export interface DatasetItemView {
  id: string;
  ordinal: number;
  split: Split;
  weight: number;
  /** Of a pair. */
  source: PairSource | null;
  content: DatasetItemContent;
}

export type DatasetItemContent =
  | { kind: "PAIRS"; prompt: Turns; chosen: string; rejected: string }
  /** Best first; rank 1 is best, equal ranks are ties. */
  | { kind: "RANKINGS"; prompt: Turns; replies: { text: string; rank: number }[] }
  | { kind: "THUMBS"; prompt: Turns; reply: string; liked: boolean }
  | { kind: "DIALOGUES"; prompt: Turns; reply: string }
  /** `answer`: where a reward checks one. */
  | { kind: "PROMPTS"; prompt: Turns; answer: string | null }
  | { kind: "TEXTS"; text: string };
