/** What a Dataset frozen now would hold, counted once and kept until somebody judges, opts out or changes a rule; of many examples, some minutes longer. */

import { z } from "zod";
import type { Db } from "../db.ts";
import { leftOutSchema } from "./json.ts";
import { type FigureSource, keptFigures } from "./kept-figures.ts";
import type { DataKind } from "./run-config.ts";
import { judgedExamples, type RunExamples } from "./run-inputs.ts";

const countSchema = z.object({
  ...{ train: z.int(), heldOut: z.int(), leftOut: leftOutSchema, withoutAnswer: z.int() },
  size: z.object({ prompt: z.number(), replies: z.number(), rows: z.number() }),
  balance: z.object({ liked: z.int(), disliked: z.int() }).nullable(),
});
type Count = z.infer<typeof countSchema>;

/** By kind of data. */
export const countOf = (kind: DataKind): FigureSource<Count> => ({
  ...{ key: `examples ${kind}`, schema: countSchema, version: versionOf },
  work: async (db) => {
    // The examples themselves are let go of: only their figures are kept.
    const { train, heldOut, leftOut, size, balance, withoutAnswer } = await judgedExamples(db, kind);
    return {
      value: { train, heldOut, leftOut, size, balance, withoutAnswer },
      size: leftOut.reduce((sum, { count }) => sum + count, train + heldOut),
    };
  },
});

/**
 * The figures of the examples without the examples: a page asks for them at every change of a form, and reading a hundred thousand pairs
 * takes many seconds.
 */
export async function countedExamples(db: Db, kind: DataKind): Promise<RunExamples> {
  const { value } = await keptFigures(db, countOf(kind));
  return { kind, ...value, from: null };
}

/** Changes with everything that `currentSelection` reads, and costs some tens of milliseconds. */
async function versionOf(db: Db): Promise<string> {
  const [row] = await db.$queryRaw<{ version: string }[]>`
    SELECT concat_ws(' ',
      (SELECT max("id") FROM "JudgementEvent"), (SELECT max("createdAt") FROM "Message"),
      (SELECT count(*) FROM "Message" WHERE "status" IN ('PENDING', 'STREAMING')),
      (SELECT concat_ws(' ', count(*), max("updatedAt"), sum("value")) FROM "Feedback"),
      (SELECT string_agg(counted, ' ') FROM (
        SELECT concat_ws(' ', "status", "source", count(*), sum("weight")) AS counted FROM "PreferencePair"
        GROUP BY "status", "source" ORDER BY "status", "source") AS pairs),
      (SELECT concat_ws(' ', count("deletedAt"), count(*) FILTER (WHERE "trainingOptOut")) FROM "Conversation"),
      (SELECT concat_ws(' ', count(*), count("disabledAt"), count(*) FILTER (WHERE "trainingOptOut"), count(*) FILTER (WHERE "role" = 'USER'),
        count(*) FILTER (WHERE "role" = 'ADMIN')) FROM "User"),
      (SELECT concat_ws(' ', count("quarantinedAt"), max("quarantinedAt"), max("releasedAt")) FROM "RaterTrust"),
      (SELECT concat_ws(' ', count(*), max("createdAt"), max("withdrawnAt")) FROM "Ranking"),
      (SELECT count("gold") FROM "Comparison"), (SELECT concat_ws(' ', count(*), max("frozenAt")) FROM "Dataset"),
      (SELECT max("updatedAt") FROM "Setting" WHERE "key" = 'guards')) AS "version"`;
  return row?.version ?? "";
}
