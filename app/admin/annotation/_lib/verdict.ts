// What figures about raters and adapters mean in words: pure choices between a few sentences.
import type { Estimate, StrengthsView } from "../../../../server/domain/views/trust.ts";

/** Krippendorff (2004), Content Analysis, 2nd ed., p. 241: from 0.800 reliable, from 0.667 for tentative conclusions. */
export const RELIABLE = 0.8;
export const TENTATIVE = 0.67;

/** By the value, except that what may be chance alone is called so. */
export function agreementVerdict({ value, low }: Estimate): "high" | "middle" | "low" | "none" {
  if (low <= 0) return "none";
  return value >= RELIABLE ? "high" : value >= TENTATIVE ? "middle" : "low";
}

/** Whether an interval lies above, below or around what chance would give. */
export function leaning({ low, high }: Estimate, chance: number): "above" | "below" | "neither" {
  return low > chance ? "above" : high < chance ? "below" : "neither";
}

type Strength = StrengthsView["adapters"][number];

/** The strongest that is not the base model, where it is ahead of it at all, and whether its interval says so too. */
export function strongest(adapters: readonly Strength[]): { adapter: Strength; settled: boolean } | null {
  const [first] = [...adapters].sort((a, b) => b.strength.value - a.strength.value);
  if (!first?.adapterId || first.strength.value <= 0) return null;
  return { adapter: first, settled: first.strength.low > 0 };
}

/** Both of a pair of raters in one table: every rater's figure with every other, by id. */
export function matrixOf<Entry extends { a: { id: string }; b: { id: string } }>(between: readonly Entry[]) {
  const people = new Map<string, Entry["a"]>();
  const cells = new Map<string, Entry>();
  for (const entry of between) {
    people.set(entry.a.id, entry.a).set(entry.b.id, entry.b);
    cells.set(`${entry.a.id} ${entry.b.id}`, entry).set(`${entry.b.id} ${entry.a.id}`, entry);
  }
  return { people: [...people.values()], of: (a: string, b: string) => cells.get(`${a} ${b}`) ?? null };
}
