/** How stored pairs are brought in line with what judgements say. Pure. Pairs are retracted and put aside, never deleted. */

import type { PairSource, PairStatus } from "../../prisma/generated/enums.ts";
import type { DerivedPair } from "./preference-pair.ts";

/** PreferencePair.quarantineReason where everybody whom the pair rests on is quarantined. Any other reason is an admin's or a guard's. */
export const RATER_QUARANTINED = "RATER";

export interface StoredPair {
  id: string;
  chosenId: string;
  rejectedId: string;
  source: PairSource;
  status: PairStatus;
  quarantineReason: string | null;
  raterIds: string[];
}

interface Standing {
  status: "ACTIVE" | "QUARANTINED";
  quarantineReason: string | null;
}

export interface PairChanges {
  create: (DerivedPair & Standing)[];
  /** Ids of pairs that nobody's judgement says any more. */
  retract: string[];
  /** Pairs that are said (again), with another status than they have. */
  restore: ({ id: string } & Standing)[];
  addRaters: { pairId: string; raterId: string }[];
  removeRaters: { pairId: string; raterId: string }[];
}

/** What no two pairs share. */
export const keyOf = ({ chosenId, rejectedId, source }: Pick<StoredPair, "chosenId" | "rejectedId" | "source">) =>
  `${chosenId} ${rejectedId} ${source}`;

/**
 * @param wanted pairs of one prompt, as `pairsFrom` gives them
 * @param stored all rows of that prompt
 * @param quarantined those among the raters who are quarantined
 */
export function pairChanges(
  wanted: readonly DerivedPair[],
  stored: readonly StoredPair[],
  quarantined: ReadonlySet<string>,
): PairChanges {
  const rows = new Map(stored.map((row) => [keyOf(row), row]));
  const said = new Set(wanted.map(keyOf));
  const gone = stored.filter((row) => row.status !== "RETRACTED" && !said.has(keyOf(row)));
  const changes: PairChanges = {
    create: [],
    retract: gone.map(({ id }) => id),
    restore: [],
    addRaters: [],
    removeRaters: [],
  };
  for (const pair of wanted) {
    const row = rows.get(keyOf(pair));
    const standing = standingOf(row, pair.raterIds, quarantined);
    if (!row) {
      changes.create.push({ ...pair, ...standing });
      continue;
    }
    if (row.status !== standing.status || row.quarantineReason !== standing.quarantineReason) {
      changes.restore.push({ id: row.id, ...standing });
    }
    const raters = (from: readonly string[], without: readonly string[]) =>
      from.filter((raterId) => !without.includes(raterId)).map((raterId) => ({ pairId: row.id, raterId }));
    changes.addRaters.push(...raters(pair.raterIds, row.raterIds));
    changes.removeRaters.push(...raters(row.raterIds, pair.raterIds));
  }
  return changes;
}

export const changesAnything = (changes: PairChanges): boolean =>
  Object.values(changes).some((list: readonly unknown[]) => list.length > 0);

/** What an admin or a guard has put aside stays so, whatever is judged anew; its reason outlives a retraction. */
function standingOf(
  row: StoredPair | undefined,
  raterIds: readonly string[],
  quarantined: ReadonlySet<string>,
): Standing {
  const byRaters = row?.quarantineReason === RATER_QUARANTINED;
  if (row && !byRaters && (row.quarantineReason !== null || row.status === "QUARANTINED")) {
    return { status: "QUARANTINED", quarantineReason: row.quarantineReason };
  }
  return raterIds.every((raterId) => quarantined.has(raterId))
    ? { status: "QUARANTINED", quarantineReason: RATER_QUARANTINED }
    : { status: "ACTIVE", quarantineReason: null };
}
