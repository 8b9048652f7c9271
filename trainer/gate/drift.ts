/** Suites divergence, length and endings: how far sampled replies have moved from the base's and from live's. */

import { deviation, mean, resampled } from "../../server/domain/gate/statistics.ts";
import { estimateMetrics, VALUE } from "../../server/domain/gate/stored.ts";
import { sequence } from "../data/tokenise.ts";
import { type Bench, rowLogProbs, type SuiteResult } from "./bench.ts";
import { STYLE_FEATURES, type StyleFeature, styleOf } from "./style.ts";

/**
 * Monte-Carlo estimates of KL(candidate ‖ live) and KL(candidate ‖ base), nats per reply: means of log π − log π_other over the
 * candidate's own replies (k1 of Schulman 2020), with percentile intervals over prompts.
 * - `klLive`, `klBase`, each with its interval
 */
export async function divergence(bench: Bench): Promise<SuiteResult> {
  const { answered, candidate, live, policy, seed } = bench;
  const rows = answered.map(({ candidate: reply }) => sequence(reply.prompt, reply.completion));
  const own = await rowLogProbs(bench, rows, candidate.name);
  const ofBase = await rowLogProbs(bench, rows, null);
  const ofLive = live.name === null ? ofBase : await rowLogProbs(bench, rows, live.name);
  const from = (other: readonly number[]) =>
    resampled(
      own.map((logProb, i) => logProb - other[i]!),
      mean,
      { alpha: policy.alpha, seed },
    );
  const [klLive, klBase] = [from(ofLive), from(ofBase)];
  return {
    finding: { kind: "divergence", live: klLive, base: klBase },
    metrics: {
      ...{ prompts: rows.length, ...estimateMetrics(VALUE, klLive) },
      ...{ ...estimateMetrics("klLive", klLive), ...estimateMetrics("klBase", klBase) },
    },
  };
}

/**
 * Mean length in tokens as a multiple of live's, and the style figure that moved furthest, in deviations of live's replies (Glass's Δ,
 * Glass 1976), both with percentile intervals over prompts.
 * - `tokens`, `tokens/live`: means; `style/<feature>`, `style/<feature>/live`: means; `drift/<feature>`
 */
export function length({ answered, policy, seed }: Bench): SuiteResult {
  const spread = { alpha: policy.alpha, seed };
  const lengths = answered.map(({ candidate, live }) => [candidate.completion.length, live.completion.length] as const);
  const ratio = resampled(
    lengths,
    (pairs) => mean(pairs.map(([own]) => own)) / mean(pairs.map(([, other]) => other)),
    spread,
  );
  const styles = answered.map(({ candidate, live }) => [styleOf(candidate.text), styleOf(live.text)] as const);
  const drifts = (Object.keys(STYLE_FEATURES) as StyleFeature[]).map((feature) => {
    const scale = Math.max(deviation(styles.map(([, live]) => live[feature])), STYLE_FEATURES[feature]);
    const shift = (pairs: typeof styles) =>
      Math.abs(mean(pairs.map(([own, live]) => own[feature] - live[feature]))) / scale;
    return { feature, shift, value: shift(styles) };
  });
  const most = drifts.reduce((a, b) => (b.value > a.value ? b : a));
  const drift = resampled(styles, (pairs) => most.shift(pairs as typeof styles), spread);
  const metrics: Record<string, number> = {
    ...{ prompts: answered.length, ...estimateMetrics(VALUE, ratio), ...estimateMetrics("drift", drift) },
    ...{ tokens: mean(lengths.map(([own]) => own)), "tokens/live": mean(lengths.map(([, live]) => live)) },
  };
  for (const { feature, value } of drifts) {
    metrics[`drift/${feature}`] = value;
    metrics[`style/${feature}`] = mean(styles.map(([own]) => own[feature]));
    metrics[`style/${feature}/live`] = mean(styles.map(([, live]) => live[feature]));
  }
  return { finding: { kind: "length", ratio, drift, feature: most.feature }, metrics };
}

/**
 * Share of replies that ended by themselves within the limit, live's less the candidate's, with a percentile interval over prompts.
 * - `ended`, `ended/live`: shares
 */
export function endings({ answered, policy, seed }: Bench): SuiteResult {
  const ended = answered.map(({ candidate, live }) => [Number(candidate.ended), Number(live.ended)] as const);
  const drop = resampled(ended, (pairs) => mean(pairs.map(([own, live]) => live - own)), { alpha: policy.alpha, seed });
  const [candidate, live] = [mean(ended.map(([own]) => own)), mean(ended.map(([, other]) => other))];
  return {
    finding: { kind: "endings", drop, candidate, live },
    metrics: { prompts: ended.length, ended: candidate, "ended/live": live, ...estimateMetrics(VALUE, drop) },
  };
}
