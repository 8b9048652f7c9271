/** What the pages see of training runs: planned, running and done. */

import type { AdapterKind, DataKind, LogLevel, Method, RunStatus, Tuning } from "../../../prisma/generated/enums.ts";
import type { ErrorCode } from "../../errors.ts";
import type { BaseModelView, DatasetSummary } from "./artefact.ts";
import type { PersonRef, Turns } from "./common.ts";

export interface RunView {
  id: string;
  method: Method;
  status: RunStatus;
  /** An admin asked for its end; the trainer stops within seconds. */
  cancelling: boolean;
  step: number;
  totalSteps: number;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** Why it failed, as a sentence. */
  error: string | null;
  errorCode: ErrorCode | null;
  seed: number;
  attempt: number;
  createdBy: PersonRef | null;
  datasetId: string;
  /** What kind of examples it trains on, and how many. */
  kind: DataKind;
  examples: number;
  adapterId: string | null;
  /** From the pace of this attempt; null until there is one. */
  etaSeconds: number | null;
}

export interface RunDetails extends RunView {
  /** Every setting, filled in; the schema is in run-config.ts. */
  config: Record<string, unknown>;
  /** What `config` would be if nothing had been chosen, for the same model and data. */
  defaults: Record<string, unknown>;
  lineage: {
    dataset: DatasetSummary;
    base: BaseModelView;
    fromAdapter: { id: string; sha256: string } | null;
    /** Scored what the run sampled. */
    rewardModel: { id: string; sha256: string } | null;
    /** General data that was mixed in. */
    replay: DatasetSummary | null;
    /** Pairs that the run's judge made; never part of people's. */
    aiPairs: DatasetSummary | null;
    adapter: { id: string; sha256: string; kind: AdapterKind; tuning: Tuning; servable: boolean } | null;
    deployments: { id: string; number: number; active: boolean }[];
  };
}

export interface RunMetricView {
  step: number;
  values: Record<string, number>;
  at: Date;
}

export interface RunLogView {
  id: string;
  at: Date;
  level: LogLevel;
  text: string;
}

/** A sample reply to one of a run's fixed prompts after `step` of its steps, beside the one from before the run. */
export interface RunSampleView {
  step: number;
  /** Of the prompt. */
  ordinal: number;
  prompt: Turns;
  /** From the weights the run began with; null where none was sampled. */
  before: string | null;
  after: string;
  /** `after` ended by itself instead of being cut at the limit. */
  ended: boolean;
}

/** What a run trains on: what people said and judged here, or a Dataset that was uploaded or made by a judge. */
export type RunSource = { from: "FEEDBACK" } | { from: "DATASET"; id: string };

/** What a run could be given, before anything is chosen. */
export interface RunOptions {
  /** Whether the environment names one. */
  endpoints: { judge: boolean; teacher: boolean };
  /** Usable examples that feedback gives now, by kind. */
  feedback: Partial<Record<DataKind, number>>;
}

export interface RunPreview {
  kind: DataKind;
  /** Examples there are altogether. */
  found: number;
  /** Those a Dataset frozen now would hold, and how they would be split. */
  usable: number;
  train: number;
  heldOut: number;
  leftOut: LeftOut[];
  /** Of thumbs to train on: how many are up and how many down; null for other kinds. */
  balance: { liked: number; disliked: number } | null;
  /** What somebody who knows would say about it; a `stop` keeps the run from starting. Worst first. */
  advice: Advice[];
  /** Replies sampled and optimiser steps. */
  steps: number;
  /** Whole minutes, at least 1. `RUNS`: at the pace of earlier runs here; `ESTIMATE`: from the model's size and the data. */
  minutes: { value: number; from: "RUNS" | "ESTIMATE" };
  /** What the trainer will need about; null while the model's widths are not known. */
  memoryBytes: number | null;
  /** Every setting as it would be stored, defaults filled in. */
  config: Record<string, unknown>;
  /** The same training by hand, once the data is saved under the name it gives. */
  command: string;
}

/**
 * Sentences about a run that has not begun; each with the numbers its text may use.
 * - ENOUGH { train } · FEW { train, wanted } · NOTHING · NO_HELD_OUT { train }
 * - PREFER_KTO { pairs, thumbs } · PREFER_DPO { pairs, thumbs }
 * - ONE_CLASS { liked, disliked } · UNBALANCED { liked, disliked }
 * - NO_REWARD_MODEL · NO_JUDGE · NO_TEACHER · NO_ANSWERS { without } (some prompts lack the answer a reward checks)
 * - NO_REPLAY { replay } (the settings want replay data and none is named)
 * - NOT_SERVABLE (reward models, and other adapters than LoRA) · WHOLE_MODEL (a new model file instead of an adapter)
 * - MUCH_MEMORY { neededBytes, machineBytes }
 */
export const ADVICE_KEYS = [
  "NOTHING",
  "NO_REWARD_MODEL",
  "NO_JUDGE",
  "NO_TEACHER",
  "NO_ANSWERS",
  "ONE_CLASS",
  "MUCH_MEMORY",
  "PREFER_KTO",
  "PREFER_DPO",
  "FEW",
  "UNBALANCED",
  "NO_HELD_OUT",
  "NO_REPLAY",
  "NOT_SERVABLE",
  "WHOLE_MODEL",
  "ENOUGH",
] as const;
export type AdviceKey = (typeof ADVICE_KEYS)[number];

export interface Advice {
  key: AdviceKey;
  level: "stop" | "hint" | "good";
  numbers: Record<string, number>;
}

export interface LeftOut {
  reason: LeftOutReason;
  count: number;
}

/**
 * TIED: its thumbs are as many up as down · DISLIKED: nobody should imitate it · DUPLICATE: the same example is there already
 * · BAD_LINE: a line of the file that could not be read · OPTED_OUT: a person does not want it learned from · QUARANTINED: put aside with
 * its raters · OUTVOTED: as likely the wrong way round as the right one · RATER_SHARE, RATER_DAY, BURST: more than one rater may have
 * of a Dataset, on a day, within an hour · NEWCOMER: more than raters whom nobody has confirmed may have together · CLUSTER: more than
 * near-duplicate prompts may have
 */
export const LEFT_OUT_REASONS = [
  "CONVERSATION_DELETED",
  "RATER_DISABLED",
  "EMPTY_REPLY",
  "SAME_TEXT",
  "TIED",
  "DISLIKED",
  "DUPLICATE",
  "BAD_LINE",
  "OPTED_OUT",
  "QUARANTINED",
  "OUTVOTED",
  "RATER_SHARE",
  "RATER_DAY",
  "BURST",
  "NEWCOMER",
  "CLUSTER",
] as const;
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];
