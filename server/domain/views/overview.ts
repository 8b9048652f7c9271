/** What admins see first: what is live and how much better it is, what is under way, what needs somebody, and the four charts. */

import type { CanaryStatus, GateStatus, Method, PairSource, RunStatus } from "../../../prisma/generated/enums.ts";
import type { PersonRef } from "./common.ts";
import type { Sentence } from "./sentence.ts";
import type { Estimate } from "./trust.ts";

export type StationState = "fine" | "working" | "attention";
export interface Station {
  count: number;
  /** When something last came through. */
  at: Date | null;
  state: StationState;
}

/** In the order in which they are told: what is broken, what people have a right to, what waits for a decision, news. */
export const ATTENTION_KINDS = [
  "INFERENCE_DOWN",
  "ADAPTER_FILE_MISSING",
  "TRAINER_DOWN",
  "RUN_FAILED",
  "GATE_FAILED",
  "ADAPTERS_FLAGGED",
  "GATE_WAITING",
  "ADAPTER_WAITING",
  "RELEASE_TAKEN_BACK",
  "CANARY_ROLLED_BACK",
  "CANARY_PAUSED",
  "GATE_REFUSED",
  "FROZEN",
  "PAIRS_WAITING",
  "RATERS_QUARANTINED",
  "TASKS_WAITING",
  "IMPORTS_STOPPED",
] as const;
export type AttentionKind = (typeof ATTENTION_KINDS)[number];

export interface AttentionItem {
  kind: AttentionKind;
  /** For the words of its kind: hashes, numbers of releases, counts. */
  values: Record<string, string | number>;
  /** Why, in sentences that the page has words for. */
  reason: Sentence[];
  /** Why, where only the program that failed could say it: English. */
  detail: string | null;
  /** Where the one act that settles it is done. */
  href: string;
}

/** What is queued, under way, or due: what is at work first. `done` is a share, `secondsLeft` an estimate; null while unknown. */
export type WorkItem = { at: Date } & (
  | { kind: "RUN"; id: string; method: Method; status: RunStatus; done: number; secondsLeft: number | null }
  | { kind: "GATE"; id: string; adapterSha256: string; status: GateStatus; done: number; secondsLeft: number | null }
  | {
      kind: "CANARY";
      id: string;
      number: number;
      adapterSha256: string | null;
      status: CanaryStatus;
      /** Per mille of new conversations. */
      share: number;
      /** Counted from 0. */
      stage: number;
      stages: number;
    }
  | { kind: "FIRING"; id: string; scheduleId: string; schedule: string; reason: Sentence | null }
  /** `at` is when it is due next. */
  | { kind: "SCHEDULE"; id: string; schedule: string }
);

export interface ReleaseRef {
  number: number;
  adapterSha256: string | null;
}

export interface OverviewView {
  live: (ReleaseRef & { adapterId: string | null; since: Date; activatedBy: PersonRef | null }) | null;
  work: WorkItem[];
  attention: AttentionItem[];
  pairs: { total: number; newSinceLastRun: number };
  /** Schedules that are on and fire by themselves. */
  schedules: number;
  annotation: {
    /** Tasks that annotators could do now, and those whose replies are still to be drafted. */
    open: number;
    drafting: number;
    /** Of the last seven days. */
    rankings: number;
    quarantinedRaters: number;
  };
  loop: Record<"conversations" | "feedback" | "pairs" | "datasets" | "runs" | "gate" | "live", Station>;
}

/** How the live release stands to what spoke before it; null fields where nothing was measured. */
export interface ComparedView {
  live: ReleaseRef;
  /** The last release before it with other weights. */
  before: ReleaseRef;
  gate: {
    id: string;
    status: GateStatus;
    /** Of pairs that people judged and no run has seen; against what was live then, which is `before` unless `other` says otherwise. */
    winRate: (Estimate & { pairs: number }) | null;
    /** Weights it was measured against, where those are not the ones of `before`. */
    other: { adapterSha256: string | null } | null;
  } | null;
  /** By everybody who compared replies of both, drafts side by side and rankings; ties count half. */
  people: (Estimate & { comparisons: number }) | null;
}

export interface DayOfFeedback {
  /** yyyy-mm-dd in UTC. */
  day: string;
  up: number;
  down: number;
}

export interface DayOfPairs {
  day: string;
  counts: Record<PairSource, number>;
}

/** Tokens of replies of one day, with the 95 % interval of the mean; null mean where there was no reply. */
export interface DayOfLengths {
  day: string;
  replies: number;
  mean: Estimate | null;
}

/** A release that went live, and what its Gate had measured. */
export interface ReleasePoint extends ReleaseRef {
  at: Date;
  winRate: (Estimate & { pairs: number }) | null;
  /** Weights that had been live before, back again. */
  again: boolean;
}

export interface OverviewFigures {
  /** Null while there is only one release. */
  compared: ComparedView | null;
  /** The last 30 days, oldest first, empty days included. */
  feedbackPerDay: DayOfFeedback[];
  pairsPerDay: DayOfPairs[];
  lengths: DayOfLengths[];
  /** Oldest first, the last twelve. */
  releases: ReleasePoint[];
}
