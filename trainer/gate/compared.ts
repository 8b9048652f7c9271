/** Suites rewardModel and judge: whose sampled reply is the better one, by a model of people's taste and by a judge. */

import { join } from "node:path";
import type { Scorer } from "../../server/domain/gate/held-out.ts";
import { winShare } from "../../server/domain/gate/statistics.ts";
import { estimateMetrics, VALUE } from "../../server/domain/gate/stored.ts";
import { readAdapterFile } from "../adapters/read.ts";
import { scoredRow } from "../data/tokenise.ts";
import { endpointPairJudge, judgePair } from "../judge/judge.ts";
import { pooled } from "../rollout/pool.ts";
import { scoreReplies } from "../score.ts";
import { type Bench, type Compared, lengthDifference, type SuiteResult, scoreOf } from "./bench.ts";

const REWARD = "reward";

/**
 * Scores both replies to every prompt.
 * - `prompts`; `reward`, `reward/live`: mean scores; `partial`: 1 where the candidate was trained with this very model
 */
export async function rewardModel(
  bench: Bench,
  scorer: Scorer | null,
  { home, base }: { home: string; base: { sha256: string } },
): Promise<SuiteResult> {
  if (!scorer) return { finding: { kind: "notApplicable", why: "NO_REWARD_MODEL" }, metrics: {} };
  const { engine, answered } = bench;
  engine.loadAdapter(REWARD, await readAdapterFile(join(home, scorer.path), engine.config, base));
  try {
    const row = ({ prompt, completion }: Bench["answered"][number]["live"]) => scoredRow(prompt, completion);
    const own = await scoreReplies(
      engine,
      REWARD,
      answered.map(({ candidate }) => row(candidate)),
    );
    const theirs = await scoreReplies(
      engine,
      REWARD,
      answered.map(({ live }) => row(live)),
    );
    const result = gain(
      bench,
      answered.map((_, i) => own[i]! - theirs[i]!),
    );
    const mean = (values: Float64Array) => values.reduce((total, value) => total + value, 0) / values.length;
    const metrics = { reward: mean(own), "reward/live": mean(theirs), partial: scorer.partial ? 1 : 0 };
    return { ...result, metrics: { ...result.metrics, ...metrics } };
  } finally {
    engine.dropAdapter(REWARD);
  }
}

/** Judges answer slowly, and their hosts bear some requests at once. */
const ASKED_AT_ONCE = 4;

/**
 * Asks about every prompt in both orders; a verdict that does not survive the swap is a tie (Zheng et al. 2023, § 3.4).
 * - `prompts`; `ties`: a count
 */
export async function judge(bench: Bench): Promise<SuiteResult> {
  const { judge: endpoint, answered, signal } = bench;
  if (!endpoint) return { finding: { kind: "notApplicable", why: "NO_JUDGE" }, metrics: {} };
  const ask = endpointPairJudge(endpoint, {});
  const verdicts = await pooled(
    answered.length,
    ASKED_AT_ONCE,
    (i, stopped) => {
      const { prompt, candidate, live } = answered[i]!;
      return judgePair(ask, prompt.prompt, [candidate.text, live.text], stopped);
    },
    [signal],
  );
  const result = gain(
    bench,
    verdicts.map((verdict) => (verdict === "first" ? 1 : verdict === "second" ? -1 : 0)),
  );
  return { ...result, metrics: { ...result.metrics, ties: verdicts.filter((verdict) => verdict === null).length } };
}

/** @param differences above 0 where the candidate's reply is the better one, [answered] */
function gain({ answered, policy }: Bench, differences: readonly number[]): SuiteResult {
  const compared = answered.map(({ candidate, live }, index): Compared => {
    const margin = differences[index]!;
    const lengths = lengthDifference(candidate.text, live.text);
    const score = { weight: 1, score: scoreOf(margin), cluster: String(index) };
    return { ...score, index, margin, lengthDifference: lengths };
  });
  const value = winShare(compared, policy.alpha);
  return {
    finding: { kind: "gain", value, count: compared.length, counted: "prompts" },
    metrics: { prompts: compared.length, ...(value && estimateMetrics(VALUE, value)) },
    compared,
  };
}
