/** Judgements as lineage finds them: one by what it is about, or all those that a pair rests on, with what they taught. */

import type { JudgementKind } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";
import { notFound } from "../errors.ts";
import type { DataKind } from "./run-config.ts";

/** A judgement as its log tells it. */
export interface Found {
  kind: JudgementKind;
  subjectId: string;
  raterId: string;
  /** Of the last change. */
  at: Date;
  withdrawn: boolean;
  /** What was said, shortened: a thumb with its reasons and comment, the edited text, replies in their order. */
  text: string;
}

/** Judgements, and where they may have gone. */
export interface Trace {
  judgements: Found[];
  pairIds: string[];
  /** Examples of the other kinds, by the messages they were taken from. */
  items: { messageIds: string[]; kinds: DataKind[] }[];
}

/** Shortest piece of a reply by which somebody recognises it. */
const PIECE = 80;

/** A judgement by what it is about. @throws AppError NOT_FOUND */
export async function judgementsOf(
  db: Db,
  { kind, subjectId }: { kind: JudgementKind; subjectId: string },
): Promise<Trace> {
  const about = await subjectOf(db, kind, subjectId);
  const pairs = await db.preferencePair.findMany({
    where: {
      promptId: about.promptId,
      source: kind,
      ...(kind === "FEEDBACK"
        ? { OR: [{ chosenId: subjectId }, { rejectedId: subjectId }] }
        : { chosenId: { in: about.messageIds }, rejectedId: { in: about.messageIds } }),
    },
    select: { id: true },
  });
  return {
    judgements: await read(db, about.promptId, [{ kind, subjectId }]),
    pairIds: pairs.map(({ id }) => id),
    items: itemsOf(kind, about),
  };
}

/** Everything that was said about a pair's two replies in the way that made the pair. @throws AppError NOT_FOUND */
export async function judgementsAbout(db: Db, pairId: string): Promise<Trace> {
  const pair = await db.preferencePair.findUnique({ where: { id: pairId } });
  if (!pair) throw notFound("pair");
  const { promptId, chosenId, rejectedId, source } = pair;
  const messageIds = [chosenId, rejectedId];
  const subjects = source === "AI" ? [] : await subjectsAbout(db, source, promptId, messageIds);
  return { judgements: await read(db, promptId, subjects), pairIds: [pairId], items: [] };
}

interface Subject {
  promptId: string;
  /** The replies it is about. */
  messageIds: string[];
}

async function subjectOf(db: Db, kind: JudgementKind, id: string): Promise<Subject> {
  if (kind === "FEEDBACK") {
    const message = await db.message.findUnique({ where: { id }, select: { parentId: true } });
    if (!message?.parentId) throw notFound("reply");
    return { promptId: message.parentId, messageIds: [id] };
  }
  if (kind === "EDIT") {
    const edit = await db.edit.findUnique({ where: { id }, include: { original: { select: { parentId: true } } } });
    if (!edit?.original.parentId) throw notFound("edit");
    return { promptId: edit.original.parentId, messageIds: [edit.editedId, edit.originalId] };
  }
  const ranking = await db.ranking.findUnique({
    where: { id },
    include: { entries: { select: { messageId: true } }, comparison: { select: { promptId: true } } },
  });
  if (!ranking) throw notFound("ranking");
  return { promptId: ranking.comparison.promptId, messageIds: ranking.entries.map(({ messageId }) => messageId) };
}

async function subjectsAbout(
  db: Db,
  kind: JudgementKind,
  promptId: string,
  messageIds: string[],
): Promise<{ kind: JudgementKind; subjectId: string }[]> {
  if (kind === "FEEDBACK") return messageIds.map((subjectId) => ({ kind, subjectId }));
  if (kind === "EDIT") {
    const [editedId, originalId] = messageIds;
    const edits = await db.edit.findMany({ where: { editedId, originalId }, select: { id: true } });
    return edits.map(({ id }) => ({ kind, subjectId: id }));
  }
  const rankings = await db.ranking.findMany({
    where: {
      comparison: { promptId, reason: kind === "CHOICE" ? "CHAT" : { not: "CHAT" } },
      AND: messageIds.map((messageId) => ({ entries: { some: { messageId } } })),
    },
    select: { id: true },
  });
  return rankings.map(({ id }) => ({ kind, subjectId: id }));
}

/** Thumbs make THUMBS and DIALOGUES of the reply; preferences make DIALOGUES of the better one and RANKINGS of all. */
function itemsOf(kind: JudgementKind, { promptId, messageIds }: Subject): Trace["items"] {
  if (kind === "FEEDBACK") return [{ messageIds, kinds: ["THUMBS", "DIALOGUES"] }];
  const dialogues: Trace["items"][number] = { messageIds, kinds: ["DIALOGUES"] };
  return kind === "RANKING" ? [dialogues, { messageIds: [promptId], kinds: ["RANKINGS"] }] : [dialogues];
}

/** The last word of every rater on each subject, newest first. */
async function read(
  db: Db,
  promptId: string,
  subjects: readonly { kind: JudgementKind; subjectId: string }[],
): Promise<Found[]> {
  const events = await db.judgementEvent.findMany({
    where: { promptId, OR: subjects.map(({ kind, subjectId }) => ({ kind, subjectId })) },
    orderBy: { id: "asc" },
  });
  const last = new Map<string, Omit<Found, "text">>();
  for (const { kind, subjectId, raterId, at, judgement } of events) {
    last.set(`${kind} ${subjectId} ${raterId}`, { kind, subjectId, raterId, at, withdrawn: judgement === null });
  }
  const found = [...last.values()].sort((a, b) => b.at.getTime() - a.at.getTime());
  return Promise.all(found.map(async (judgement) => ({ ...judgement, text: await textOf(db, judgement) })));
}

async function textOf(db: Db, { kind, subjectId, raterId }: Pick<Found, "kind" | "subjectId" | "raterId">) {
  if (kind === "FEEDBACK") {
    const thumb = await db.feedback.findUnique({ where: { messageId_raterId: { messageId: subjectId, raterId } } });
    if (!thumb) return "";
    return [thumb.value > 0 ? "+1" : "−1", thumb.reasons.join(", "), thumb.comment ?? ""].filter(Boolean).join(" · ");
  }
  if (kind === "EDIT") {
    const edit = await db.edit.findUnique({
      where: { id: subjectId },
      select: { edited: { select: { content: true } } },
    });
    return edit?.edited.content.slice(0, PIECE) ?? "";
  }
  const ranking = await db.ranking.findUnique({
    where: { id: subjectId },
    include: { entries: { orderBy: { rank: "asc" }, include: { message: { select: { content: true } } } } },
  });
  const places = ranking?.entries.map(({ rank, message }) => `${rank}. ${message.content.slice(0, PIECE)}`) ?? [];
  return [...places, ranking?.comment ?? ""].filter(Boolean).join("\n");
}
