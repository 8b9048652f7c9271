/** Suite general: has the model forgotten the language it knew? Loss on fixed texts that no run trains on. */

import { mean, resampled } from "../../server/domain/gate/statistics.ts";
import { estimateMetrics, VALUE } from "../../server/domain/gate/stored.ts";
import { sequence } from "../data/tokenise.ts";
import { type Bench, rowLogProbs, type SuiteResult } from "./bench.ts";
import { generalDialogues } from "./general-text.ts";

/**
 * Cross-entropy in nats per token, the candidate's less live's, over all texts together; the interval is over texts drawn anew.
 * - `texts`, `tokens`: counts; `loss`, `loss/live`
 */
export async function general(bench: Bench): Promise<SuiteResult> {
  const { chat, engine, candidate, live, policy, seed } = bench;
  const rows = generalDialogues(bench.baseName)
    .map(({ prompt, reply }) =>
      sequence(Int32Array.from(chat.prompt([{ role: "user", content: prompt }])), [
        ...Array.from(chat.text(reply)),
        chat.endOfTurn,
      ]),
    )
    .filter(({ tokens }) => tokens.length <= engine.config.contextLength);
  const own = await rowLogProbs(bench, rows, candidate.name);
  const theirs = candidate.name === live.name ? own : await rowLogProbs(bench, rows, live.name);
  const texts = rows.map(({ targets }, i) => ({ tokens: targets.length, own: own[i]!, theirs: theirs[i]! }));
  const lossOf = (sample: readonly (typeof texts)[number][], of: "own" | "theirs") =>
    -mean(sample.map((text) => text[of])) / mean(sample.map(({ tokens }) => tokens));
  const rise = resampled(texts, (sample) => lossOf(sample, "own") - lossOf(sample, "theirs"), {
    alpha: policy.alpha,
    seed,
  });
  const [after, before] = [lossOf(texts, "own"), lossOf(texts, "theirs")];
  return {
    finding: { kind: "general", rise, before, after },
    metrics: {
      ...{ texts: texts.length, tokens: texts.reduce((total, { tokens }) => total + tokens, 0) },
      ...{ loss: after, "loss/live": before, ...estimateMetrics(VALUE, rise) },
    },
  };
}
