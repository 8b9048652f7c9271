// One task as it stands while somebody works on it, and how a key press, a drag or a button changes it.
import {
  type Ranked,
  REPLY_LABELS,
  type ReplyLabelKey,
  type SubmittedTask,
} from "../../../server/domain/views/annotation.ts";
import { type Answer, pairwise } from "./pairwise.ts";
import { insertBefore, nextUnplaced, type Places, putAt, ranksOf, stepBy, tiersOf } from "./places.ts";

export interface Draft {
  places: Places;
  /** The reply that keys act on. */
  active: string;
  allBad: boolean;
  labels: Readonly<Record<string, readonly ReplyLabelKey[]>>;
  rewrite: { messageId: string; content: string } | null;
  comment: string;
  /** To the questions of the pairwise mode, in the order they were asked. */
  answers: readonly Answer[];
}

export type Change =
  | { type: "activate"; id: string }
  /** `next`: keys then act on the next reply without a place. */
  | { type: "put"; id: string; place: number | null; next?: boolean }
  | { type: "insert"; id: string; before: number }
  | { type: "step"; id: string; by: 1 | -1 }
  | { type: "answer"; answer: Answer }
  | { type: "takeBackAnswer" }
  | { type: "allBad"; allBad: boolean }
  | { type: "label"; id: string; label: ReplyLabelKey; on: boolean }
  | { type: "rewrite"; rewrite: Draft["rewrite"] }
  | { type: "comment"; comment: string };

export function emptyDraft(ids: readonly string[]): Draft {
  return { places: {}, active: ids[0]!, allBad: false, labels: {}, rewrite: null, comment: "", answers: [] };
}

/** A task that was undone, as its annotator left it. */
export function draftOf(ids: readonly string[], previous: SubmittedTask | null): Draft {
  if (!previous) return emptyDraft(ids);
  const labels = Object.fromEntries(
    ids.map((id) => [id, previous.labels.filter(({ messageId }) => messageId === id).map(({ label }) => label)]),
  );
  return {
    ...emptyDraft(ids),
    places: Object.fromEntries(previous.ranks.map(({ messageId, rank }) => [messageId, rank])),
    allBad: previous.allBad,
    labels,
    rewrite: previous.rewrite,
    comment: previous.comment ?? "",
  };
}

export function changed(draft: Draft, ids: readonly string[], change: Change): Draft {
  const most = ids.length;
  // Places set by hand are no longer what the answers said.
  const moved = (places: Places, active: string): Draft => ({ ...draft, places, active, answers: [], allBad: false });
  switch (change.type) {
    case "activate":
      return { ...draft, active: change.id };
    case "put": {
      if (change.place !== null && change.place > most) return draft;
      const places = putAt(draft.places, change.id, change.place);
      return moved(places, change.next ? nextUnplaced(places, ids, change.id) : change.id);
    }
    case "insert":
      return moved(insertBefore(draft.places, change.id, change.before, most), change.id);
    case "step":
      return moved(stepBy(draft.places, change.id, change.by, most), change.id);
    case "answer":
      return answered(draft, ids, [...draft.answers, change.answer]);
    case "takeBackAnswer":
      return answered(draft, ids, draft.answers.slice(0, -1));
    case "allBad":
      return { ...draft, allBad: change.allBad };
    case "label": {
      const others = (draft.labels[change.id] ?? []).filter((label) => label !== change.label);
      return { ...draft, labels: { ...draft.labels, [change.id]: change.on ? [...others, change.label] : others } };
    }
    case "rewrite":
      return { ...draft, rewrite: change.rewrite };
    case "comment":
      return { ...draft, comment: change.comment };
  }
}

/** Places stand while the questions are answered to the end, and not before. */
function answered(draft: Draft, ids: readonly string[], answers: readonly Answer[]): Draft {
  const next = pairwise(ids, answers);
  return { ...draft, answers, allBad: false, places: "places" in next ? next.places : {} };
}

/** Replies that may be rewritten: the best ones, or any where all are bad and none is best. */
export function rewritable({ places, allBad }: Draft, ids: readonly string[]): readonly string[] {
  if (ranksOf(places, ids)) return tiersOf(places, ids)[0]!;
  return allBad ? ids : [];
}

/** What would be submitted now; null while replies lack a place and not all are bad. */
export function submission(draft: Draft, ids: readonly string[]): SubmittedTask | null {
  const ranks: Ranked[] | null = ranksOf(draft.places, ids);
  if (!ranks && !draft.allBad) return null;
  const rewrite = draft.rewrite;
  return {
    ranks: ranks ?? [],
    allBad: draft.allBad,
    labels: ids.flatMap((messageId) =>
      REPLY_LABELS.filter((label) => draft.labels[messageId]?.includes(label)).map((label) => ({ messageId, label })),
    ),
    rewrite: rewrite?.content.trim() && rewritable(draft, ids).includes(rewrite.messageId) ? rewrite : null,
    comment: draft.comment.trim() || null,
  };
}
