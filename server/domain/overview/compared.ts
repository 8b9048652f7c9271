/** How the live release stands to the one before it: by its Gate, and by everybody who has compared replies of both. */

import type { Db } from "../../db.ts";
import { keptFigures } from "../kept-figures.ts";
import { DEFAULT_SLOT } from "../live.ts";
import { STRENGTHS } from "../strengths.ts";
import type { ComparedView, Estimate } from "../views.ts";
import { wilson } from "../wilson.ts";
import { HELD_OUT, heldOutWinRate } from "./win-rate.ts";

const ADAPTER = { adapter: { select: { sha256: true } } } as const;

/** Null while no release with other weights came before the live one. */
export async function readCompared(db: Db, now: Date): Promise<ComparedView | null> {
  const live = await db.deployment.findFirst({ where: { slot: DEFAULT_SLOT, deactivatedAt: null }, include: ADAPTER });
  if (!live) return null;
  const before = await db.deployment.findFirst({
    where: {
      ...{ slot: DEFAULT_SLOT, number: { lt: live.number }, baseModelId: live.baseModelId },
      // In SQL nothing equals null, so that a bare base before would be passed over.
      ...(live.adapterId
        ? { OR: [{ adapterId: null }, { adapterId: { not: live.adapterId } }] }
        : { adapterId: { not: null } }),
    },
    orderBy: { number: "desc" },
    include: ADAPTER,
  });
  if (!before) return null;
  const [a, b] = [live.adapter?.sha256 ?? null, before.adapter?.sha256 ?? null];
  const [gate, people] = await Promise.all([gateOf(db, live, before.adapterId), peopleOf(db, a, b, now)]);
  return {
    live: { number: live.number, adapterSha256: a },
    before: { number: before.number, adapterSha256: b },
    ...{ gate, people },
  };
}

/** The Gate that let it through; of weights that are back again, the newest that measured them. */
async function gateOf(
  db: Db,
  live: { gateId: string | null; adapterId: string | null },
  beforeId: string | null,
): Promise<ComparedView["gate"]> {
  if (!live.adapterId) return null;
  const gate = await db.gate.findFirst({
    where: live.gateId
      ? { id: live.gateId }
      : { adapterId: live.adapterId, status: { in: ["PASSED", "UNDECIDED", "REFUSED"] } },
    orderBy: { createdAt: "desc" },
    include: { evaluations: HELD_OUT, liveAdapter: { select: { sha256: true } } },
  });
  if (!gate) return null;
  const { id, status, liveAdapterId, liveAdapter, evaluations } = gate;
  const other = liveAdapterId === beforeId ? null : { adapterSha256: liveAdapter?.sha256 ?? null };
  return { id, status, winRate: heldOutWinRate(evaluations), other };
}

async function peopleOf(
  db: Db,
  live: string | null,
  before: string | null,
  now: Date,
): Promise<ComparedView["people"]> {
  const { value } = await keptFigures(db, STRENGTHS.plain, now);
  const at = (sha256: string | null) => value.adapters.findIndex((adapter) => adapter.sha256 === sha256);
  const [a, b] = [at(live), at(before)];
  return shareOf(value.wins[a]?.[b] ?? 0, value.wins[b]?.[a] ?? 0);
}

/**
 * A share of wins with its 95 % interval; a tie is half a win for each. Comparisons of one prompt count as independent, so the
 * interval is a little too narrow where one was compared often.
 */
export function shareOf(won: number, lost: number): (Estimate & { comparisons: number }) | null {
  const comparisons = won + lost;
  if (comparisons === 0) return null;
  const { share, low, high } = wilson(won, comparisons);
  return { value: share, low, high, comparisons };
}
