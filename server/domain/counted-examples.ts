/** What a Dataset frozen now would hold, counted once and remembered until somebody judges, opts out or changes a rule. */

import type { Db } from "../db.ts";
import type { DataKind } from "./run-config.ts";
import { judgedExamples, type RunExamples } from "./run-inputs.ts";

interface Counted {
  version: string;
  examples: Promise<RunExamples>;
}

/** By connection pool, so that a process that serves two databases, as tests do, keeps them apart. */
const known = new WeakMap<Db, Map<DataKind, Counted>>();

/**
 * The figures of the examples without the examples: a page asks for them at every change of a form, and reading a hundred thousand pairs
 * takes many seconds. Those who ask while they are being counted wait for the same count.
 */
export async function countedExamples(db: Db, kind: DataKind): Promise<RunExamples> {
  const kinds = known.get(db) ?? new Map<DataKind, Counted>();
  known.set(db, kinds);
  const version = await versionOf(db);
  const before = kinds.get(kind);
  if (before?.version === version) return before.examples;
  // The examples themselves are let go of: only their figures are kept.
  const examples = judgedExamples(db, kind).then((counted) => ({ ...counted, from: null }));
  kinds.set(kind, { version, examples });
  // A failed count is not remembered.
  examples.catch(() => kinds.delete(kind));
  return examples;
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
