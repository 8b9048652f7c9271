// Turns lineages as the server tells them into the stages of a path; labels are made by the caller.
import type { AdapterLineage, JudgementLineage, LineageAdapter, LineageDataset } from "../../../server/domain/views.ts";

/** Datasets of a whole chain, each once, the nearest first. */
export function datasetsOf({ chain }: Pick<AdapterLineage, "chain">): LineageDataset[] {
  const seen = new Set<string>();
  return chain
    .flatMap(({ datasets }) => datasets)
    .filter(({ id }) => {
      const isNew = !seen.has(id);
      seen.add(id);
      return isNew;
    });
}

/** Releases of several adapters, oldest first. */
export function releasesOf(adapters: readonly LineageAdapter[]): { number: number; live: boolean }[] {
  return adapters
    .flatMap(({ releases }) => releases)
    .map(({ number, to }) => ({ number, live: to === null }))
    .sort((a, b) => a.number - b.number);
}

/** People behind the judgements, each once, in the order they judged. */
export function ratersOf({
  judgements,
}: Pick<JudgementLineage, "judgements">): JudgementLineage["judgements"][number]["rater"][] {
  return [...new Map(judgements.map(({ rater }) => [rater.id, rater])).values()];
}
