// How counted bins are drawn: which of them, where their edges are named, and how a bin is called.
import { shortNumber } from "./axis.ts";

export interface Bins {
  /** Bin i holds values from edges[i] up to edges[i + 1]; the outermost may stand for "anything beyond". */
  edges: readonly number[];
  counts: readonly number[];
}

/** An edge this far out is no measure but the end of all numbers. */
const BEYOND = 2 ** 24;

/** Without the empty bins at either end; what is left still touches `mark`, if that is an edge. */
export function trimmed({ edges, counts }: Bins, mark?: number): Bins {
  const filled = counts.flatMap((count, i) => (count > 0 ? [i] : []));
  const at = mark === undefined ? -1 : edges.indexOf(mark);
  const beside = at < 0 ? [] : [Math.max(0, at - 1), Math.min(counts.length - 1, at)];
  const kept = [...filled, ...beside];
  if (kept.length === 0) return { edges: edges.slice(0, 2), counts: counts.slice(0, 1) };
  const [first, last] = [Math.min(...kept), Math.max(...kept)];
  return { edges: edges.slice(first, last + 2), counts: counts.slice(first, last + 1) };
}

/** What stands between two edges, in words that also fit an open end. */
export function binName({ edges }: Pick<Bins, "edges">, i: number): string {
  const [low, high] = [edges[i]!, edges[i + 1]!];
  if (high >= BEYOND) return `≥ ${shortNumber(low)}`;
  return low <= -BEYOND ? `< ${shortNumber(high)}` : `${shortNumber(low)} – ${shortNumber(high)}`;
}

/** Edges to be named under the axis, at most `most` of them and evenly spread, ends beyond measure left out. */
export function namedEdges({ edges }: Pick<Bins, "edges">, most: number): { index: number; name: string }[] {
  const step = Math.ceil(edges.length / most);
  return edges.flatMap((edge, index) =>
    index % step === 0 && Math.abs(edge) < BEYOND ? [{ index, name: shortNumber(edge) }] : [],
  );
}
