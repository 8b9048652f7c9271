/** Works every pair out again from the log of judgements, to see that the stored ones are what it says, or to make them so. */

import type { Db } from "../db.ts";
import { fold } from "./judgement.ts";
import { lockPrompt, readEvents } from "./judgement-store.ts";
import { changesAnything, pairChanges } from "./pair-changes.ts";
import { quarantinedAmong, storedPairs, storePairs } from "./pair-store.ts";
import { type DerivedPair, pairsFrom } from "./preference-pair.ts";

export interface Rebuild {
  /** Prompts whose replies were ever judged. */
  prompts: number;
  /** Pairs that the log says stand now. */
  pairs: number;
  /** Prompts whose stored pairs, their raters or their quarantine are not what the log says. */
  differences: number;
  /** Ids of the first hundred of them. */
  differing: string[];
}

const BATCH = 1000;
const FIRST_ID = "00000000-0000-0000-0000-000000000000";
const NAMED = 100;

/**
 * Goes through all prompts while people go on judging: looks at a thousand at a time, and again, under its lock, at each that
 * seems to differ.
 * @param options.repair whether to store what the log says; otherwise it is only looked at
 */
export async function rebuildPairs(
  db: Db,
  { repair, onProgress }: { repair: boolean; onProgress?: (prompts: number) => void },
): Promise<Rebuild> {
  const result: Rebuild = { prompts: 0, pairs: 0, differences: 0, differing: [] };
  for (let after = FIRST_ID; ; ) {
    const promptIds = await promptsAfter(db, after);
    const { pairs, suspects } = await compare(db, promptIds);
    result.prompts += promptIds.length;
    result.pairs += pairs;
    for (const promptId of suspects) {
      if (!(await differs(db, promptId, repair))) continue;
      result.differences += 1;
      if (result.differing.length < NAMED) result.differing.push(promptId);
    }
    onProgress?.(result.prompts);
    const last = promptIds.at(-1);
    if (!last || promptIds.length < BATCH) return result;
    after = last;
  }
}

async function promptsAfter(db: Db, after: string): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    (SELECT DISTINCT "promptId" AS "id" FROM "JudgementEvent" WHERE "promptId" > ${after}::uuid ORDER BY 1 LIMIT ${BATCH})
    UNION
    (SELECT DISTINCT "promptId" FROM "PreferencePair" WHERE "source" <> 'AI' AND "promptId" > ${after}::uuid ORDER BY 1 LIMIT ${BATCH})
    ORDER BY "id" LIMIT ${BATCH}`;
  return rows.map(({ id }) => id);
}

async function compare(db: Db, promptIds: readonly string[]): Promise<{ pairs: number; suspects: string[] }> {
  const [events, stored] = await Promise.all([readEvents(db, promptIds), storedPairs(db, promptIds)]);
  const wanted = pairsFrom(fold(events));
  const quarantined = await quarantinedAmong(db, wanted);
  const [said, rows] = [byPrompt(wanted), byPrompt(stored)];
  const suspects = promptIds.filter((id) =>
    changesAnything(pairChanges(said.get(id) ?? [], rows.get(id) ?? [], quarantined)),
  );
  return { pairs: wanted.length, suspects };
}

function byPrompt<Row extends { promptId: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.promptId);
    if (group) group.push(row);
    else groups.set(row.promptId, [row]);
  }
  return groups;
}

/** Looks with the prompt locked, since what was read without the lock may have changed in between. */
function differs(db: Db, promptId: string, repair: boolean): Promise<boolean> {
  return db.$transaction(async (tx) => {
    await lockPrompt(tx, promptId);
    const wanted: DerivedPair[] = pairsFrom(fold(await readEvents(tx, [promptId])));
    if (repair) return storePairs(tx, promptId, wanted);
    return changesAnything(pairChanges(wanted, await storedPairs(tx, [promptId]), await quarantinedAmong(tx, wanted)));
  });
}
