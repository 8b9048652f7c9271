/**
 * Judgements as their log tells them. Pure: folding the events of a prompt gives what is said of its replies now, and
 * `pairsFrom` of that gives its pairs, so that every stored pair can be worked out again from the log alone.
 */

import { z } from "zod";
import type { JudgementKind } from "../../prisma/generated/enums.ts";
import type { Judgement } from "./preference-pair.ts";

const id = z.uuid();
/** Only whole replies teach: one that was broken off has no end, and an empty one no beginning. */
const teaches = z.boolean();

/** JudgementEvent.judgement by kind: the state after the event. The column is null where the judgement was withdrawn. */
export const JUDGEMENT_SCHEMAS = {
  FEEDBACK: z.object({ value: z.union([z.literal(1), z.literal(-1)]), reasons: z.array(z.string()), teaches }),
  /** `chosenId` is null where nothing is preferred to anything; `otherIds` are the whole ones among the rest. */
  CHOICE: z.object({
    comparisonId: id,
    choice: z.enum(["PICK", "TIE", "BOTH_BAD"]),
    chosenId: id.nullable(),
    otherIds: z.array(id),
  }),
  EDIT: z.object({ editedId: id, originalId: id, teaches }),
  /** Rank 1 is best, equal ranks are ties. Known (gold) and repeated tasks do not teach. */
  RANKING: z.object({
    comparisonId: id,
    ranks: z.array(z.object({ messageId: id, rank: z.int().min(1) })),
    allBad: z.boolean(),
    teaches,
  }),
} as const satisfies Record<JudgementKind, z.ZodType>;

type Content<Kind extends JudgementKind> = z.output<(typeof JUDGEMENT_SCHEMAS)[Kind]>;

/** What an event says. `subjectId` is the Message of FEEDBACK, the Ranking of CHOICE and RANKING, the Edit of EDIT. */
export type Statement = {
  [Kind in JudgementKind]: {
    promptId: string;
    raterId: string;
    kind: Kind;
    subjectId: string;
    /** Null: withdrawn. */
    judgement: Content<Kind> | null;
  };
}[JudgementKind];

/** A row of the log, its Json not yet read. */
export interface LoggedEvent {
  promptId: string;
  raterId: string;
  kind: JudgementKind;
  subjectId: string;
  judgement: unknown;
}

/**
 * What stands after all the events, in the order in which each judgement was first given. The events of one prompt must
 * come in the order of their ids.
 * @throws ZodError for an event that no version of Hone has written
 */
export function fold(events: Iterable<LoggedEvent>): Judgement[] {
  const standing = new Map<string, Judgement | null>();
  for (const event of events) {
    const key = `${event.promptId} ${event.kind} ${event.subjectId} ${event.raterId}`;
    standing.set(key, event.judgement === null ? null : judgementOf(event));
  }
  return [...standing.values()].filter((judgement) => judgement !== null);
}

/** Null where it is on record and teaches nothing. */
function judgementOf({ kind, promptId, raterId, subjectId, judgement }: LoggedEvent): Judgement | null {
  switch (kind) {
    case "FEEDBACK": {
      const { value, teaches } = JUDGEMENT_SCHEMAS.FEEDBACK.parse(judgement);
      return teaches ? { kind, promptId, raterId, messageId: subjectId, value } : null;
    }
    case "CHOICE": {
      const { chosenId, otherIds } = JUDGEMENT_SCHEMAS.CHOICE.parse(judgement);
      return chosenId === null ? null : { kind, promptId, raterId, chosenId, otherIds };
    }
    case "EDIT": {
      const { editedId, originalId, teaches } = JUDGEMENT_SCHEMAS.EDIT.parse(judgement);
      return teaches ? { kind, promptId, raterId, editedId, originalId } : null;
    }
    case "RANKING": {
      const { ranks, allBad, teaches } = JUDGEMENT_SCHEMAS.RANKING.parse(judgement);
      return teaches && !allBad ? { kind, promptId, raterId, ranks } : null;
    }
  }
}
