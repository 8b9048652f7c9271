/** Suite heldOutPairs: does the candidate rank people's held-out pairs better than live? And the win rate at equal length. */

import { winRateAtEqualLength, winShare } from "../../server/domain/gate/statistics.ts";
import { estimateMetrics, VALUE } from "../../server/domain/gate/stored.ts";
import { tokenisePairs } from "../data/tokenise.ts";
import { type Bench, type Compared, lengthDifference, rowLogProbs, type SuiteResult, scoreOf } from "./bench.ts";

/**
 * A pair is won where the candidate sets the chosen reply further ahead of the rejected one than live does: where
 * log π(y₊) − log π(y₋) of the candidate exceeds live's, which is DPO's implicit reward with live as the reference (Rafailov et al.
 * 2023, § 4). Pairs of near-duplicate prompts are one observation, weighed by what is known of their raters.
 * - `pairs`, `prompts`, `remembered`: counts; `ranking`, `ranking/live`: share of pairs whose chosen reply is the likelier one outright
 * - `margin`: mean of the difference of the differences, nats
 */
export async function heldOutPairs(bench: Bench): Promise<SuiteResult & { compared: readonly Compared[] }> {
  const { chat, engine, policy, candidate, live } = bench;
  const rule = { maxLength: engine.config.contextLength, overLong: "drop" } as const;
  const kept = bench.pairs.flatMap((pair, i) => {
    const { examples } = tokenisePairs([{ ...pair.content, origin: `held-out pair ${i + 1}` }], chat, rule);
    return examples[0] ? [{ ...pair, rows: [examples[0].chosen, examples[0].rejected] }] : [];
  });
  const { remembered } = bench;
  if (kept.length === 0)
    return {
      finding: { kind: "gain", value: null, count: 0, counted: "pairs" },
      metrics: { pairs: 0, remembered },
      compared: [],
    };
  const rows = kept.flatMap((pair) => pair.rows);
  const own = margins(await rowLogProbs(bench, rows, candidate.name));
  const theirs = candidate.name === live.name ? own : margins(await rowLogProbs(bench, rows, live.name));
  const gains = own.map((margin, i) => margin - theirs[i]!);
  const compared = kept.map(({ content, weight, cluster }, i) => ({
    ...{ index: -1, weight, cluster, margin: gains[i]!, score: scoreOf(gains[i]!) },
    // Who wins only where the shorter reply was chosen has learned a length and not a preference.
    lengthDifference: lengthDifference(content.chosen.content, content.rejected.content),
  }));
  const value = winShare(compared, policy.alpha)!;
  const share = (values: readonly number[]) => values.filter((margin) => margin > 0).length / values.length;
  return {
    finding: { kind: "gain", value, count: kept.length, counted: "pairs" },
    metrics: {
      ...{ pairs: kept.length, prompts: new Set(kept.map(({ cluster }) => cluster)).size, effective: value.n },
      ...{ remembered, ranking: share(own), "ranking/live": share(theirs) },
      margin: gains.reduce((total, gain) => total + gain, 0) / gains.length,
      ...estimateMetrics(VALUE, value),
    },
    compared,
  };
}

/** Rows come as chosen, rejected, chosen, rejected …; log p(chosen) − log p(rejected), nats, [pairs]. */
const margins = (sums: readonly number[]): number[] =>
  Array.from({ length: sums.length / 2 }, (_, i) => sums[2 * i]! - sums[2 * i + 1]!);

/**
 * Suite lengthControlled, on the comparisons of the suite before it that made some: the reward model's, else the judge's, else the pairs'.
 * - `slope`: logit per e-fold of the length ratio; `comparisons`
 */
export function lengthControlled(
  { policy }: Bench,
  { compared, counted }: { compared: readonly Compared[]; counted: "pairs" | "prompts" },
): SuiteResult {
  const value = winRateAtEqualLength(compared, policy.alpha);
  if (!value) return { finding: { kind: "gain", value: null, count: 0, counted }, metrics: { comparisons: 0 } };
  return {
    finding: { kind: "gain", value, count: compared.length, counted },
    metrics: { comparisons: compared.length, slope: value.slope, ...estimateMetrics(VALUE, value) },
  };
}
