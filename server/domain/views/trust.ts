/** What admins see of agreement between raters, of each rater, and of adapters as all comparisons rank them. */

import type { Role } from "../../../prisma/generated/enums.ts";
import type { PersonRef } from "./common.ts";

/** A figure with its 95 % interval. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

export interface AgreementView {
  /** Comparisons with two or more rankings. */
  tasks: number;
  raters: number;
  /** Krippendorff's α for ordinal data over the ranks; null while too little is shared. */
  alpha: Estimate | null;
  /** Fleiss' κ over the preferences of pairs of replies (better, worse, tie). */
  fleissKappa: Estimate | null;
  perTask: { comparisonId: string; prompt: string; raters: number; agreement: number }[];
  /** Cohen's κ of two raters over what both ranked. */
  between: { a: PersonRef; b: PersonRef; tasks: number; kappa: Estimate | null }[];
  /** When this was worked out. */
  at: Date;
}

/** Figures of one rater; null where nothing is known yet. */
export interface RaterFigures {
  judgements: number;
  /** Better than chance by what appointed raters and gold say, or appointed: see docs/decisions/016. */
  confirmed: boolean;
  /** Probability that a preference of theirs is right (Dawid–Skene). */
  accuracy: Estimate | null;
  gold: { seen: number; right: number };
  repeats: { seen: number; same: number };
  /** Share of preferences that went to the reply shown earlier: ½ where the place does not matter. */
  firstPlace: Estimate | null;
  /** Mean agreement with others who judged the same. */
  agreement: Estimate | null;
  medianSeconds: number | null;
  /** Most judgements within any hour. */
  burst: number;
}

export interface RaterRow extends RaterFigures {
  rater: PersonRef & { role: Role };
  quarantinedAt: Date | null;
  quarantineReason: string | null;
  lastAt: Date | null;
  pairs: number;
}

export interface RaterView extends RaterRow {
  /** Judgements per day of the last 30 days. */
  perDay: { day: string; count: number }[];
  byKind: { kind: string; count: number }[];
}

/** Strength of adapters on the Elo scale (400 per factor of ten), the bare base model at 0. */
export interface StrengthsView {
  lengthControlled: boolean;
  comparisons: number;
  adapters: {
    adapterId: string | null;
    sha256: string | null;
    release: number | null;
    strength: Estimate;
    wins: number;
    losses: number;
    ties: number;
  }[];
  /** `wins[i][j]`: how often adapter i was preferred to adapter j, ties half. */
  wins: number[][];
  /** Logit per unit of the length difference, where length is controlled for. */
  lengthCoefficient: Estimate | null;
  /** When this was worked out. */
  at: Date;
}

/** The rules that a Dataset is frozen under. */
export interface Guards {
  /** Most of a Dataset that may rest on one rater, 0 to 1. */
  raterShare: number;
  /** Examples that every rater may have whatever the share says: small Datasets have few raters. */
  raterFloor: number;
  /** Most judgements of one rater and day that count. */
  perDay: number;
  /** Weight of a pair of thumbs that rests on one ordinary rater. */
  loneWeight: number;
  /** More judgements of one rater within an hour are a burst, and are put aside. */
  burstPerHour: number;
  /** Most of a Dataset that raters nobody has confirmed yet may have together. */
  newcomerShare: number;
  /** A Dataset smaller than this is filled up by such raters whatever their share: somebody has to be the first. */
  newcomerFloor: number;
  /** Examples that may come from one cluster of near-duplicate prompts. */
  clusterMost: number;
}
