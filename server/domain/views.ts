/** What the pages and the API see of each row: plain values, dates as Date, sizes as numbers. */

import type {
  AdapterKind,
  AdapterStatus,
  EndReason,
  LogLevel,
  MessageRole,
  MessageStatus,
  Method,
  PairSource,
  PairStatus,
  Role,
  RunStatus,
  Split,
} from "../../prisma/generated/enums.ts";
import type { ErrorCode } from "../errors.ts";

/** A page of a list, newest first; `nextCursor` asks for the one after it and is null at the end. */
export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

export interface PersonRef {
  id: string;
  name: string | null;
  email: string;
}

export interface FeedbackView {
  value: 1 | -1;
  reasons: string[];
  comment: string | null;
}

/** Which weights spoke. A null adapter is the bare base model. */
export interface ReleaseView {
  deploymentId: string;
  number: number;
  adapterId: string | null;
  adapterSha256: string | null;
}

export interface MessageView {
  id: string;
  parentId: string | null;
  role: MessageRole;
  content: string;
  status: MessageStatus;
  createdAt: Date;
  release: ReleaseView | null;
  /** The viewer's own. */
  feedback: FeedbackView | null;
  error: ErrorCode | null;
  /** ABORTED: its reader stopped it. LENGTH: it reached the most tokens a reply may have. */
  endReason: EndReason | null;
}

export interface ConversationSummary {
  id: string;
  title: string;
  createdAt: Date;
  updatedAt: Date;
}

export interface ConversationView {
  id: string;
  title: string;
  /** The whole tree, parents before children, siblings oldest first. */
  messages: MessageView[];
}

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
  errorCode: string | null;
  seed: number;
  attempt: number;
  createdBy: PersonRef | null;
  datasetId: string;
  /** Pairs it trains on. */
  pairs: number;
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
    adapter: { id: string; sha256: string } | null;
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

export interface RunPreview {
  /** Active pairs altogether. */
  pairs: number;
  /** Those a Dataset frozen now would hold, and how they would be split. */
  usable: number;
  train: number;
  heldOut: number;
  leftOut: LeftOut[];
  steps: number;
  /** From the pace of earlier runs of this method; null before the first. */
  minutes: number | null;
  /** Every setting as it would be stored, defaults filled in. */
  config: Record<string, unknown>;
  /** The same training by hand, once the pairs are saved as pairs.jsonl. */
  command: string;
}

export interface LeftOut {
  reason: LeftOutReason;
  count: number;
}

export const LEFT_OUT_REASONS = ["CONVERSATION_DELETED", "RATER_DISABLED", "EMPTY_REPLY", "SAME_TEXT"] as const;
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

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
  kind: AdapterKind;
  status: AdapterStatus;
  rank: number;
  alpha: number;
  bytes: number;
  createdAt: Date;
  runId: string | null;
  baseModelId: string;
  metrics: Record<string, number>;
  live: boolean;
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
}

export interface DatasetSummary {
  id: string;
  sha256: string;
  train: number;
  heldOut: number;
  frozenAt: Date;
  runs: number;
}

export interface PairView {
  id: string;
  source: PairSource;
  status: PairStatus;
  createdAt: Date;
  /** The conversation up to and including the prompt. */
  prompt: { role: MessageRole; content: string }[];
  chosen: PairReplyView;
  rejected: PairReplyView;
  raters: PersonRef[];
  weight: number;
}

export interface PairReplyView {
  messageId: string;
  content: string;
  adapterSha256: string | null;
}

export interface DatasetView extends DatasetSummary {
  leftOut: LeftOut[];
  pairs: Page<PairView & { split: Split }>;
}

export interface PersonView {
  id: string;
  email: string;
  name: string | null;
  role: Role;
  createdAt: Date;
  disabledAt: Date | null;
  feedback: number;
}

export interface AuditView {
  id: string;
  at: Date;
  actor: PersonRef | null;
  action: string;
  subject: string;
  before: unknown;
  after: unknown;
}

export type StationState = "fine" | "working" | "attention";
export interface Station {
  count: number;
  /** When something last came through. */
  at: Date | null;
  state: StationState;
}

export const ATTENTION_KINDS = [
  "INFERENCE_DOWN",
  "RUN_FAILED",
  "ADAPTER_WAITING",
  "PAIRS_WAITING",
  "ADAPTER_FILE_MISSING",
] as const;

export interface OverviewView {
  live: {
    release: number;
    adapterId: string | null;
    adapterSha256: string | null;
    since: Date;
    activatedBy: PersonRef | null;
  } | null;
  /** The last 30 days, oldest first, days without feedback included. `day` is yyyy-mm-dd in UTC. */
  feedbackPerDay: { day: string; up: number; down: number }[];
  pairs: { total: number; newSinceLastRun: number };
  attention: { kind: (typeof ATTENTION_KINDS)[number]; message: string; href: string }[];
  loop: Record<"conversations" | "feedback" | "pairs" | "datasets" | "runs" | "gate" | "live", Station>;
}
