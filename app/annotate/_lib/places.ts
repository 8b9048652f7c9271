// The places of replies while somebody ranks them: pure moves from one arrangement to the next.
import type { Ranked } from "../../../server/domain/views/annotation.ts";

/** Place by message id; 1 is best, equal places are ties, gaps mean nothing. A reply that is missing has no place yet. */
export type Places = Readonly<Record<string, number>>;

/** Puts a reply at a place, tied with whatever stands there; null takes it off. */
export function putAt(places: Places, id: string, place: number | null): Places {
  const { [id]: _, ...others } = places;
  return place === null ? others : { ...others, [id]: place };
}

/**
 * Puts a reply alone into the gap before a place (`most + 1` is the gap after the last), moving neighbours aside where
 * there is no free place. There always is one: `most` places hold at most `most - 1` other replies.
 */
export function insertBefore(places: Places, id: string, place: number, most: number): Places {
  const others = putAt(places, id, null);
  const taken = new Set(Object.values(others));
  const shift = (from: number, to: number, by: 1 | -1) =>
    Object.fromEntries(Object.entries(others).map(([key, at]) => [key, at >= from && at <= to ? at + by : at]));
  if (place > 1 && !taken.has(place - 1)) return { ...others, [id]: place - 1 };
  let free = place;
  while (free <= most && taken.has(free)) free++;
  if (free <= most) return { ...shift(place, free - 1, 1), [id]: place };
  free = place - 1;
  while (free >= 1 && taken.has(free)) free--;
  return { ...shift(free + 1, place - 1, -1), [id]: place - 1 };
}

/** One step towards the best (-1) or away from it (1). The tray of replies without a place lies before the first place. */
export function stepBy(places: Places, id: string, by: 1 | -1, most: number): Places {
  const next = Math.min(most, (places[id] ?? 0) + by);
  return putAt(places, id, next < 1 ? null : next);
}

/** Replies at each place that holds any, best first; within one in the order of `ids`. */
export function tiersOf(places: Places, ids: readonly string[]): string[][] {
  const held = [...new Set(ids.flatMap((id) => places[id] ?? []))].sort((a, b) => a - b);
  return held.map((place) => ids.filter((id) => places[id] === place));
}

/** Ranks without gaps, as they are submitted; null while a reply has no place. */
export function ranksOf(places: Places, ids: readonly string[]): Ranked[] | null {
  if (ids.some((id) => places[id] === undefined)) return null;
  return tiersOf(places, ids).flatMap((tier, i) => tier.map((messageId) => ({ messageId, rank: i + 1 })));
}

/** The next reply without a place after `id`, going round; `id` itself when all have one. */
export function nextUnplaced(places: Places, ids: readonly string[], id: string): string {
  const at = ids.indexOf(id);
  const after = [...ids.slice(at + 1), ...ids.slice(0, at + 1)];
  return after.find((other) => places[other] === undefined) ?? id;
}
