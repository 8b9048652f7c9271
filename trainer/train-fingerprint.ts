/** What makes two runs the same run: a hash of everything that decides what they train. */

import { createHash } from "node:crypto";
import type { TokenisedPair } from "./data/example.ts";
import type { TokenSequence } from "./engine/contract.ts";
import type { RunIdentity, Tools, TrainingPlan } from "./train.ts";

/** Hash of everything the result depends on: base, start, tools, method, settings, seed and every token. */
export function fingerprintOf({ plan, base, start, seed, tools }: RunIdentity & { tools?: Tools }): string {
  // How often a resume point is written or replies are shown changes nothing about where the run ends.
  const { checkpointEvery: _, sampleEvery: __, ...settings } = plan.config;
  const identity = { base: base.sha256, start: start?.sha256 ?? null, method: plan.method, settings, seed };
  const helpers = {
    rewardModel: tools?.rewardModel?.sha256,
    judge: tools?.judge?.model,
    teacher: tools?.teacher?.model,
  };
  const hash = createHash("sha256").update(JSON.stringify({ ...identity, ...helpers }));
  for (const { row, note } of rowsOf(plan)) {
    hash
      .update(JSON.stringify([note, row.tokens.length, row.targets.length]))
      .update(row.tokens)
      .update(row.targets);
  }
  return hash.digest("hex");
}

const NO_TOKENS: TokenSequence = { tokens: new Int32Array(0), targets: new Int32Array(0) };

/** Every row of tokens a plan holds, with what else of its example matters. */
function* rowsOf(plan: TrainingPlan): Generator<{ row: TokenSequence; note: unknown }> {
  switch (plan.method) {
    case "SFT":
    case "PRETRAIN":
      for (const { sequence, weight } of plan.examples) yield { row: sequence, note: weight };
      break;
    case "DPO":
    case "SIMPO":
    case "ORPO":
      yield* pairRows(plan.examples);
      break;
    case "REWARD":
      for (const { replies, ranks, margin, weight } of plan.examples)
        for (const [k, row] of replies.entries()) yield { row, note: [weight, margin, ranks[k]] };
      break;
    case "KTO":
      for (const { sequence, liked, weight } of plan.examples) yield { row: sequence, note: [weight, liked] };
      break;
    default:
      for (const { tokens, answer } of plan.examples) yield { row: { ...NO_TOKENS, tokens }, note: answer };
  }
  if ("replay" in plan)
    for (const { sequence, weight } of plan.replay ?? []) yield { row: sequence, note: ["replay", weight] };
  if ("humanPairs" in plan)
    for (const { origin: _, ...pair } of plan.humanPairs ?? []) yield { row: NO_TOKENS, note: pair };
}

function* pairRows(pairs: readonly TokenisedPair[]): Generator<{ row: TokenSequence; note: unknown }> {
  for (const { chosen, rejected, weight, epsilon } of pairs)
    for (const row of [chosen, rejected]) yield { row, note: epsilon === undefined ? weight : [weight, epsilon] };
}
