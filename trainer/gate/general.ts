/** Suite general: has the model forgotten the language it knew? Loss on fixed texts that no run trains on. */

import { mean, resampled } from "../../server/domain/gate/statistics.ts";
import { estimateMetrics, VALUE } from "../../server/domain/gate/stored.ts";
import { sequence } from "../data/tokenise.ts";
import { type Bench, rowLogProbs, type SuiteResult } from "./bench.ts";
import { generalTexts } from "./general-text.ts";

/**
 * Cross-entropy in nats per token, the candidate's less live's, over all texts together; the interval is over texts drawn anew. Where an
 * answer has several forms it is −ln of the sum of their probabilities over their mean length: people's taste may move a model from one
 * form to another, and that is no forgetting. The end of the turn is no target for the same reason.
 * - `texts`, `tokens`: counts; `loss`, `loss/live`
 */
export async function general(bench: Bench): Promise<SuiteResult> {
  const { chat, engine, candidate, live, policy, seed } = bench;
  const asked = generalTexts(bench.baseName)
    .map(({ prompt, forms }) => {
      const tokens = Int32Array.from(chat.prompt([{ role: "user", content: prompt }]));
      return forms.map((form) => sequence(tokens, chat.text(form)));
    })
    .filter((rows) => rows.every(({ tokens }) => tokens.length <= engine.config.contextLength));
  const ofForms = async (adapter: Bench["candidate"]["name"]) => {
    const sums = await rowLogProbs(bench, asked.flat(), adapter);
    const rest = sums.values();
    return asked.map((rows) => logSumExp(rows.map(() => rest.next().value!)));
  };
  const own = await ofForms(candidate.name);
  const theirs = candidate.name === live.name ? own : await ofForms(live.name);
  const texts = asked.map((rows, i) => {
    const tokens = mean(rows.map(({ targets }) => targets.length));
    return { tokens, own: own[i]!, theirs: theirs[i]! };
  });
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

function logSumExp(values: readonly number[]): number {
  const most = Math.max(...values);
  return most + Math.log(values.reduce((total, value) => total + Math.exp(value - most), 0));
}
