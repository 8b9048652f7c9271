/** What every suite of a Gate works with: both contestants in the engine and in the sampler, and what they answered. */

import type { HeldOutPair } from "../../server/domain/gate/held-out.ts";
import type { LengthScored } from "../../server/domain/gate/statistics.ts";
import type { Finding } from "../../server/domain/gate/verdict.ts";
import type { GatePolicy } from "../../server/domain/views/gate.ts";
import { microBatches } from "../data/batch.ts";
import type { TokenisedPrompt } from "../data/example.ts";
import { packing, rowLengthFor } from "../data/pack.ts";
import type { ChatTokens } from "../data/tokenise.ts";
import type { AdapterName, AdapterWeights, Engine, TokenBatch } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";
import type { Endpoint } from "../judge/endpoint.ts";
import { completionLogProb } from "../objectives/numeric.ts";
import type { Rollout, Rollouts } from "../rollout/contract.ts";

/** One of the two that are compared. */
export interface Arm {
  /** Its name in the engine; null is the bare base. */
  name: AdapterName | null;
  weights: AdapterWeights | null;
}

/** A prompt with what both said to it, drawn from the same seed. */
export interface Answered {
  prompt: TokenisedPrompt;
  candidate: Rollout;
  live: Rollout;
}

export interface Bench {
  engine: Engine;
  rollouts: Rollouts;
  chat: ChatTokens;
  candidate: Arm;
  live: Arm;
  /** The base's name, by which its own texts and checks are known. */
  baseName: string;
  policy: GatePolicy;
  seed: number;
  signal: AbortSignal;
  judge: Endpoint | null;
  pairs: readonly HeldOutPair[];
  /** Pairs that were held out and left out all the same: one of the two may remember them. */
  remembered: number;
  /** Sampled at temperature 1, from the models' own distributions. */
  answered: readonly Answered[];
}

/** Whether the candidate's reply was the better one; where a suite says so of every prompt, the report shows the clearest. */
export interface Compared extends LengthScored {
  /** Of `Bench.answered`. */
  index: number;
  /** By how much, in whatever unit the suite has. */
  margin: number;
}

export interface SuiteResult {
  finding: Finding;
  metrics: Record<string, number>;
  compared?: readonly Compared[];
}

const ROWS_TOGETHER = 16;

/** Summed log-probability of every row's targets, nats, [rows]. */
export async function rowLogProbs(
  { engine, signal }: Pick<Bench, "engine" | "signal">,
  rows: TokenBatch,
  adapter: AdapterName | null,
): Promise<number[]> {
  const model = packing(engine, rowLengthFor(rows));
  const sums: number[] = [];
  for (const part of microBatches(rows, ROWS_TOGETHER)) {
    signal.throwIfAborted();
    const { logProbs } = await model.forward(part, { adapter });
    sums.push(...logProbs.map(completionLogProb));
  }
  return sums;
}

/**
 * Won, lost, or ½ for neither.
 * @throws TrainerError TRAINING_DIVERGED for what is no number: it would pass for a tie
 */
export function scoreOf(difference: number): number {
  if (Number.isNaN(difference))
    throw new TrainerError(
      "TRAINING_DIVERGED",
      "Two replies cannot be compared: a score is no number; the weights overflow.",
    );
  return difference > 0 ? 1 : difference < 0 ? 0 : 0.5;
}

/** ln of how many times as long a text is as another, one character added to both so that empty ones count. */
export const lengthDifference = (text: string, other: string): number =>
  Math.log((text.length + 1) / (other.length + 1));
