/** What people see of their own judgements: drafts side by side, edits, and what became of each. */

import type { JudgementKind } from "../../../prisma/generated/enums.ts";

/** What the person who asked says of drafts that stand side by side. */
export type DraftChoice = { kind: "PICK"; messageId: string } | { kind: "TIE" } | { kind: "BOTH_BAD" };

/** Replies to one prompt that stand side by side until one is chosen. */
export interface DraftsView {
  comparisonId: string;
  promptId: string;
  /** Messages in the order they are shown, which is shuffled and kept. */
  shown: string[];
  /** Null: not chosen yet. */
  choice: DraftChoice | null;
}

/** A message that a person wrote in a reply's place. */
export interface EditView {
  editId: string;
  originalId: string;
  /** Taken back or written anew since. It is shown only where something was continued from it. */
  withdrawn: boolean;
}

/** A tag for a thumb, as an admin configures it. `sign` 0 fits both thumbs. */
export interface FeedbackReasonView {
  key: string;
  sign: 1 | -1 | 0;
  label: { en: string; zh: string };
}

export const JUDGEMENT_FATES = [
  "WAITING", // no Dataset holds it yet
  "USED", // a Dataset holds it, and adapters may have been trained on that
  "NO_PAIR", // it prefers nothing to anything: a lone thumb, a tie
  "OPTED_OUT", // never enters a Dataset
] as const;

/** One of the viewer's judgements, and what it moved. */
export interface MyJudgementView {
  id: string;
  kind: JudgementKind;
  at: Date;
  /** Null for rankings: whose conversation it was is not the annotator's business. */
  conversation: { id: string; title: string } | null;
  /** The judged reply of FEEDBACK, the person's text of EDIT (both are withdrawn by it), the picked reply of CHOICE. */
  messageId: string | null;
  /** What to withdraw it by: of CHOICE. */
  comparisonId: string | null;
  /** Beginning of what was asked and of what was judged. */
  prompt: string;
  reply: string;
  /** Of FEEDBACK. */
  value: 1 | -1 | null;
  reasons: string[];
  comment: string | null;
  /** Of CHOICE. */
  choice: DraftChoice["kind"] | null;
  /** Of EDIT. */
  edited: string | null;
  fate: (typeof JUDGEMENT_FATES)[number];
  /** Releases that learned from it, oldest first. */
  releases: { number: number; adapterSha256: string; live: boolean }[];
}

/** What a person decided about their data. */
export interface AccountView {
  trainingOptOut: boolean;
  consentedAt: Date | null;
  consent: { en: string; zh: string };
  /** Whether a password must be given to delete the account; otherwise its email is typed. */
  hasPassword: boolean;
  counts: { conversations: number; messages: number; judgements: number };
}
