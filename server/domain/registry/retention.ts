/** Which adapters keep their files: pure, so that the plan an admin reads is what happens. */

import type { Retention } from "../views/registry.ts";

const DAY_MS = 24 * 60 * 60_000;

/** What the decision rests on. */
export interface Kept {
  id: string;
  status: "CANDIDATE" | "APPROVED" | "REJECTED" | "RETIRED";
  createdAt: Date;
  /** Since when it is REJECTED or RETIRED. */
  outSince: Date | null;
  /** Speaks to people now. */
  live: boolean;
  /** What a rollback would bring back. */
  rollbackTarget: boolean;
  /** When it last spoke to people; null: never. */
  lastLiveAt: Date | null;
  /** A run, a gate or a schedule needs its file. */
  needed: boolean;
}

/** Each has words in messages/…/registry.json. */
export const RETENTION_REASONS = [
  "LIVE",
  "ROLLBACK_TARGET",
  "NEEDED",
  "IN_USE",
  "AMONG_NEWEST",
  "LIVE_LATELY",
  "OUT",
] as const;
type RetentionReason = (typeof RETENTION_REASONS)[number];

export interface Verdict {
  id: string;
  /** From when on its files may go; null: never, as things stand. */
  due: Date | null;
  reason: RetentionReason;
}

/**
 * The first rule that fits decides: what speaks, what a rollback brings back and what is needed stays; so does what is neither rejected
 * nor retired, and the newest `keep` of all. What else is out goes `days` after it went out, and no earlier than `liveDays` after it
 * last spoke.
 */
export function retain(adapters: readonly Kept[], { days, keep, liveDays }: Retention): Verdict[] {
  const newest = new Set(
    [...adapters]
      .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1))
      .slice(0, keep)
      .map(({ id }) => id),
  );
  return adapters.map((adapter): Verdict => {
    const { id, outSince, lastLiveAt } = adapter;
    const stays = (reason: RetentionReason): Verdict => ({ id, due: null, reason });
    if (adapter.live) return stays("LIVE");
    if (adapter.rollbackTarget) return stays("ROLLBACK_TARGET");
    if (adapter.needed) return stays("NEEDED");
    if (outSince === null || (adapter.status !== "REJECTED" && adapter.status !== "RETIRED")) return stays("IN_USE");
    if (newest.has(id)) return stays("AMONG_NEWEST");
    const out = outSince.getTime() + days * DAY_MS;
    const forgotten = lastLiveAt === null ? out : lastLiveAt.getTime() + liveDays * DAY_MS;
    return { id, due: new Date(Math.max(out, forgotten)), reason: forgotten > out ? "LIVE_LATELY" : "OUT" };
  });
}
