/** `npm run data -- rebuild`: whether the stored preference pairs are what the log of judgements says. */

import type { Db } from "../../server/db.ts";
import { rebuildPairs } from "../../server/domain/pair-rebuild.ts";
import { AppError } from "../../server/errors.ts";

/** @throws AppError ILLEGAL_STATE when they differ and were not to be repaired */
export async function rebuild(db: Db, repair: boolean): Promise<void> {
  const onProgress = (prompts: number) => void process.stderr.write(`${prompts} prompts looked at\n`);
  const { prompts, pairs, differences, differing } = await rebuildPairs(db, { repair, onProgress });
  console.log(`${prompts} prompts, ${pairs} pairs, ${differences} differences${repair ? " repaired" : ""}`);
  if (differences > 0 && !repair)
    throw new AppError(
      "ILLEGAL_STATE",
      `These prompts differ: ${differing.join(", ")}. Add --repair to store what the log says.`,
    );
}
