/** Pairs that a judge made during a Run: frozen in a Dataset of their own, labelled, and never among people's. */

import type { Db } from "../db.ts";
import { freezeDataset } from "./dataset.ts";
import { type CandidateItem, selectItems } from "./dataset-content.ts";
import type { Turn } from "./dataset-lines.ts";
import { type Hold, lockHeld } from "./run.ts";

export interface AiPair {
  prompt: readonly { role: Turn["role"]; content: string; tokenIds?: readonly number[] | null }[];
  chosen: string;
  rejected: string;
}

/** Freezes the pairs and notes on the Run which Dataset they are. @returns false when the hold is lost */
export async function recordAiPairs(db: Db, hold: Hold, pairs: readonly AiPair[]): Promise<boolean> {
  const reply = (content: string) => ({ content, tokenIds: null });
  const candidates = pairs.map(
    ({ prompt, chosen, rejected }): CandidateItem<"PAIRS"> => ({
      source: "AI",
      content: {
        prompt: prompt.map(({ role, content, tokenIds }) => ({
          role,
          content,
          tokenIds: tokenIds ? [...tokenIds] : null,
        })),
        ...{ chosen: reply(chosen), rejected: reply(rejected), weight: 1 },
      },
    }),
  );
  return db.$transaction(async (tx) => {
    if (!(await lockHeld(tx, hold))) return false;
    const { id } = await freezeDataset(
      tx,
      selectItems("PAIRS", "AI", candidates),
      `AI pairs of run ${hold.runId.slice(-8)}`,
    );
    await tx.run.update({ where: { id: hold.runId }, data: { aiDatasetId: id } });
    return true;
  });
}
