/** What the pages and the API see of each row: plain values, dates as Date, sizes as numbers. */

import type { EndReason, MessageRole, MessageStatus, Role } from "../../prisma/generated/enums.ts";
import type { ErrorCode } from "../errors.ts";
import type { PersonRef } from "./views/common.ts";
import type { DraftsView, EditView } from "./views/judgement.ts";

export * from "./views/annotation.ts";
export type * from "./views/artefact.ts";
export type * from "./views/common.ts";
export * from "./views/data.ts";
export * from "./views/judgement.ts";
export type * from "./views/lineage.ts";
export * from "./views/overview.ts";
export * from "./views/run.ts";
export type * from "./views/trust.ts";

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
  /** Set where a person wrote this in a reply's place: `content` is theirs, and `release` is null. */
  edit: EditView | null;
  /** ABORTED: its reader stopped it. LENGTH: it reached the most tokens a reply may have. */
  endReason: EndReason | null;
}

export interface ConversationSummary {
  id: string;
  title: string;
  createdAt: Date;
  updatedAt: Date;
  trainingOptOut: boolean;
}

export interface ConversationView {
  id: string;
  title: string;
  /** The whole tree, parents before children, siblings oldest first. */
  messages: MessageView[];
  /** Replies that stand side by side, chosen from or not; oldest first. */
  drafts: DraftsView[];
  trainingOptOut: boolean;
}

export interface PersonView {
  id: string;
  email: string;
  name: string | null;
  role: Role;
  createdAt: Date;
  disabledAt: Date | null;
  /** False for who comes through a provider only. */
  hasPassword: boolean;
  feedback: number;
  /** Devices they are signed in on. */
  sessions: number;
  /** Null when they have not been here for weeks. */
  lastSeenAt: Date | null;
}

export interface AuditView {
  id: string;
  at: Date;
  actor: PersonRef | null;
  action: string;
  subject: string;
  /** What people call the subject today; null where it is gone, or has no name. */
  subjectName: string | null;
  before: unknown;
  after: unknown;
}
