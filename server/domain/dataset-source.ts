/** What a Dataset of people's judgements, frozen at this moment, would hold. */

import type { PairSource } from "../../prisma/generated/enums.ts";
import type { Db, Tx } from "../db.ts";
import { inTurns } from "./breathe.ts";
import { promptKey } from "./content-hash.ts";
import { type CandidatePair, digestPair, type Selection, selectingItems, selectingPairs } from "./dataset-content.ts";
import { readDialogues, readPrompts, readRankings, readThumbs } from "./dataset-judged.ts";
import { eachBatch, JOIN_PAIR_REPLIES, PAIR_REPLIES, type PairRow, pairContents } from "./dataset-rows.ts";
import { fallsIntoTenth } from "./dataset-split.ts";
import type { Judging } from "./dataset-trust.ts";
import type { DataKind } from "./run-config.ts";
import { getSetting } from "./setting.ts";
import { readRaters } from "./trust-source.ts";

/** Judges, guards and what was trained on before are read anew each time: what a Dataset holds never rests on old figures. */
export async function currentSelection(db: Db | Tx, kind: DataKind = "PAIRS"): Promise<Selection> {
  if (kind === "PAIRS") {
    const pairs = await readPairs(db);
    return inTurns(selectingPairs(pairs, await readJudging(db, pairs)));
  }
  const items = await readItems(db, kind);
  const keyed = items.flatMap(({ promptId, content }) =>
    promptId ? [{ promptId, promptKey: promptKey(content) }] : [],
  );
  return inTurns(selectingItems(kind, "FEEDBACK", items, await readJudging(db, keyed)));
}

const readItems = (db: Db | Tx, kind: Exclude<DataKind, "PAIRS">) => {
  switch (kind) {
    case "THUMBS":
      return readThumbs(db);
    case "DIALOGUES":
      return readDialogues(db);
    case "RANKINGS":
      return readRankings(db);
    case "PROMPTS":
      return readPrompts(db);
    case "TEXTS": // plain text is uploaded
      return [];
  }
};

type PairToRead = PairRow & {
  id: string;
  chosenId: string;
  rejectedId: string;
  source: PairSource;
  createdAt: Date;
  conversationDeleted: boolean;
  optedOut: boolean;
  raterIds: string[];
  againstIds: string[];
};

const readPairs = (db: Db | Tx): Promise<CandidatePair[]> =>
  eachBatch(
    (after, most) => db.$queryRaw<PairToRead[]>`
      SELECT pair."id", pair."promptId", pair."chosenId", pair."rejectedId", pair."source", pair."weight", pair."createdAt",
        ${PAIR_REPLIES}, conversation."deletedAt" IS NOT NULL AS "conversationDeleted",
        conversation."trainingOptOut" OR person."trainingOptOut" AS "optedOut",
        array(SELECT link."raterId"::text FROM "PairRater" link WHERE link."pairId" = pair."id") AS "raterIds",
        array(SELECT thumb."raterId"::text FROM "Feedback" thumb WHERE pair."source" = 'FEEDBACK'
          AND (thumb."messageId" = pair."chosenId" AND thumb."value" < 0 OR thumb."messageId" = pair."rejectedId" AND thumb."value" > 0)
        ) AS "againstIds"
      FROM "PreferencePair" pair ${JOIN_PAIR_REPLIES}
      JOIN "Conversation" conversation ON conversation."id" = chosen."conversationId"
      JOIN "User" person ON person."id" = conversation."userId"
      WHERE pair."status" = 'ACTIVE' AND pair."source" <> 'AI' AND pair."id" > ${after}::uuid
      ORDER BY pair."id" LIMIT ${most}`,
    async (rows) => {
      const contents = await pairContents(db, rows);
      return rows.map(({ id, promptId, chosenId, rejectedId, source, weight, raterIds, againstIds, ...row }, i) => ({
        ...digestPair(contents[i]!),
        ...{ id, promptId, chosenId, rejectedId, source, weight, raterIds, againstIds },
        at: row.createdAt.getTime(),
        leftOut: row.conversationDeleted
          ? ("CONVERSATION_DELETED" as const)
          : row.optedOut
            ? ("OPTED_OUT" as const)
            : null,
      }));
    },
  );

async function readJudging(db: Db | Tx, asked: readonly { promptId: string; promptKey: string }[]): Promise<Judging> {
  const raters = await readRaters(db);
  return {
    raters: new Map(raters.map((rater) => [rater.id, rater])),
    guards: await getSetting(db, "guards"),
    trained: await trainedBefore(db, asked),
  };
}

/** With more prompts than this, one that falls into the tenth is held out, and the others need not be asked about. */
const FEW_PROMPTS = 1000;

/** The prompts among those that could be held out which some Dataset had to train on. */
async function trainedBefore(
  db: Db | Tx,
  asked: readonly { promptId: string; promptKey: string }[],
): Promise<Set<string>> {
  const few = asked.length <= FEW_PROMPTS;
  const ids = new Set(asked.flatMap(({ promptId, promptKey: key }) => (few || fallsIntoTenth(key) ? [promptId] : [])));
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT prompt."id" FROM unnest(${[...ids]}::uuid[]) AS prompt("id") WHERE
      EXISTS (SELECT 1 FROM "PreferencePair" pair JOIN "DatasetPair" entry ON entry."pairId" = pair."id" AND entry."split" = 'TRAIN'
        WHERE pair."promptId" = prompt."id")
      OR EXISTS (SELECT 1 FROM "DatasetItem" item WHERE item."messageId" = prompt."id" AND item."split" = 'TRAIN')
      OR EXISTS (SELECT 1 FROM "Message" reply JOIN "DatasetItem" item ON item."messageId" = reply."id" AND item."split" = 'TRAIN'
        WHERE reply."parentId" = prompt."id")`;
  return new Set(rows.map(({ id }) => id));
}
