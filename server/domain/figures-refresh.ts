/** Working the kept figures out anew on the side, so that whoever opens a page finds them. */

import type { Db } from "../db.ts";
import { AGREEMENT } from "./agreement-view.ts";
import { countOf } from "./counted-examples.ts";
import { JUDGED_COUNTS } from "./judged-counts.ts";
import { refreshFigures } from "./kept-figures.ts";
import { LENGTHS } from "./overview/lengths.ts";
import { RATER_ACTS } from "./rater-view.ts";
import { CHAT_TOKENS } from "./schedule/cost.ts";
import { STRENGTHS } from "./strengths.ts";

/** One after the other: they share a processor with replies. Of examples only the kind that a new run begins with. */
export async function refreshKeptFigures(db: Db): Promise<void> {
  await refreshFigures(db, AGREEMENT);
  await refreshFigures(db, STRENGTHS.plain);
  await refreshFigures(db, STRENGTHS.lengthControlled);
  await refreshFigures(db, RATER_ACTS);
  await refreshFigures(db, JUDGED_COUNTS);
  await refreshFigures(db, LENGTHS);
  await refreshFigures(db, CHAT_TOKENS);
  await refreshFigures(db, countOf("PAIRS"));
}
