/**
 * Every objective through the whole path: the engine's gradient of its loss against differences of that loss itself.
 *
 * Both engines compute in 32 bits, so the differences are noise where the step is too small and bend where it is too
 * large. They are taken on tfjs-cpu, whose kernels add up in 64 bits and round once per tensor (onnxruntime rounds every
 * partial sum), by five points, whose own error falls with the fourth power of the step. At 0.002 per weight an error of
 * 1e-4 at most is left (2e-5 but for PPO); at half and at twice that step it is some four times as much. The gradient under test is that of
 * the traced programs, as they run in training. What PPO and GRPO clip is placed well inside or well outside of the
 * clip, since no difference across a kink is a slope.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine, Forward, NamedTensor, TokenBatch, Upstream, Use } from "../../../trainer/engine/contract.ts";
import { seededRandom } from "../../../trainer/engine/random.ts";
import { type DpoLoss, dpo } from "../../../trainer/objectives/dpo.ts";
import { type GrpoOptions, grpo } from "../../../trainer/objectives/grpo.ts";
import { kto, referencePoint } from "../../../trainer/objectives/kto.ts";
import { orpo } from "../../../trainer/objectives/orpo.ts";
import type { PairHalves } from "../../../trainer/objectives/pairs.ts";
import { ppo } from "../../../trainer/objectives/ppo.ts";
import { pairsOfRanking, reward } from "../../../trainer/objectives/reward.ts";
import { sft } from "../../../trainer/objectives/sft.ts";
import { simpo } from "../../../trainer/objectives/simpo.ts";
import { takeGradients, tinyConfig, tinyEngine, wildAdapter } from "./tiny.ts";

/** Largest relative error of the derivatives along the directions of one objective, as a vector. */
const TOLERANCE = 1e-3;
/** Step per weight, in units of a direction whose entries are standard normal numbers. */
const STEP = 0.002;

const POLICY: Use = { adapter: "policy" };
const TRAINED: Use = { adapter: "trained" };
const config = tinyConfig("qwen3");

/** Replies of 3 to 6 tokens behind prompts of 2 to 5. The first two are preferred to the last two. */
const BATCH: TokenBatch = [
  [2, 5],
  [4, 3],
  [5, 6],
  [3, 4],
].map(([prompt, reply], row) => {
  const targets = Int32Array.from({ length: reply! }, (_, i) => prompt! + i);
  return {
    tokens: Int32Array.from({ length: prompt! + reply! }, (_, t) => (7 * t + 13 * row + 3 * t * row) % 37),
    targets,
    readouts: targets.map((target) => target - 1), // V of the state in which each token is chosen
  };
});
const TOKENS = BATCH.reduce((sum, { targets }) => sum + targets.length, 0);

/** What a method knows before it asks for a gradient: the reference's numbers, and the policy's as they stand. */
interface Known {
  reference: Forward;
  start: Forward;
}
/** A loss of what the engine tells, and its derivatives as the methods hand them to the engine. */
type Loss = (forward: Forward, known: Known) => { loss: number; upstream: Upstream };

const sums = ({ logProbs }: Forward) => logProbs.map((row) => row.reduce((sum, value) => sum + value, 0));
const halves = (all: readonly number[]): PairHalves => ({
  chosen: Float64Array.from(all.slice(0, 2)),
  rejected: Float64Array.from(all.slice(2)),
});
const PAIRS = { weights: [1, 0.5], totalWeight: 1.5 };
const LENGTHS = halves(BATCH.map(({ targets }) => targets.length));
const CHOSEN_TOKENS = LENGTHS.chosen[0]! + 0.5 * LENGTHS.chosen[1]!;

/**
 * Numbers of the policy that sampled, so far from those at the start that half of all tokens (or of all replies, where
 * they have one ratio) are clipped: ln 0.8 = −0.22, ln 1.28 = 0.25.
 */
const old = (start: readonly Float64Array[], per: "token" | "sequence") =>
  start.map((row, i) => row.map((value, t) => value + [0.02, 0.9, -0.03, -0.9][(per === "token" ? t + i : i) % 4]!));

/** dLoss/d(summed log-probability) is that of every token of the reply. */
const spread = (perReply: ArrayLike<number>): Upstream => ({
  logProbs: BATCH.map(({ targets }, row) => new Float64Array(targets.length).fill(perReply[row]!)),
});
const ofPairs = ({ loss, gradient }: { loss: number; gradient: PairHalves }) => ({
  loss,
  upstream: spread([...gradient.chosen, ...gradient.rejected]),
});

const dpoLoss =
  (loss: DpoLoss, change: { labelSmoothing?: number[]; sft?: boolean } = {}): Loss =>
  (forward, { reference }) => {
    const [policy, fixed] = [halves(sums(forward)), halves(sums(reference))];
    const options = {
      loss,
      beta: 0.3,
      ...PAIRS,
      lengths: LENGTHS,
      labelSmoothing: change.labelSmoothing,
      sft: change.sft ? { weight: 0.7, totalTokens: CHOSEN_TOKENS } : undefined,
    };
    const logProbs = {
      policyChosen: policy.chosen,
      policyRejected: policy.rejected,
      referenceChosen: fixed.chosen,
      referenceRejected: fixed.rejected,
    };
    return ofPairs(dpo(logProbs, options));
  };

const grpoLoss =
  (normaliser: GrpoOptions["normaliser"], ratio: GrpoOptions["ratio"], beta: number): Loss =>
  ({ logProbs }, { start, reference }) => {
    // The third reply was truncated and teaches nothing.
    const mask = BATCH.map(({ targets }, row) => new Uint8Array(targets.length).fill(row === 2 ? 0 : 1));
    const totals = { tokens: TOKENS - LENGTHS.rejected[0]!, sequences: 4, maxLength: 8, microBatches: 1 };
    const rows = { logProbs, oldLogProbs: old(start.logProbs, ratio), reference: reference.logProbs, mask };
    const clip = { low: 0.2, high: 0.28 };
    const { loss, gradient } = grpo(
      { ...rows, advantages: [1.2, -0.7, 0.4, -0.9] },
      { normaliser, ratio, clip, beta, totals },
    );
    return { loss, upstream: { logProbs: gradient } };
  };

const LOSSES: Record<string, Loss> = {
  sft: ({ logProbs }) => {
    const { loss, gradient } = sft(logProbs, { weights: [1, 2, 0.5, 1], totalWeight: TOKENS });
    return { loss, upstream: { logProbs: gradient } };
  },
  "dpo sigmoid": dpoLoss("sigmoid"),
  "dpo sigmoid with imitation": dpoLoss("sigmoid", { sft: true }),
  "dpo cdpo": dpoLoss("cdpo", { labelSmoothing: [0.1, 0.3] }),
  "dpo robust": dpoLoss("robust", { labelSmoothing: [0.1, 0.3] }),
  "dpo ipo": dpoLoss("ipo"),
  "dpo ipo_sum": dpoLoss("ipo_sum"),
  "dpo hinge": dpoLoss("hinge"),
  simpo: (forward) => ofPairs(simpo(halves(sums(forward)), { beta: 2, gamma: 0.5, lengths: LENGTHS, ...PAIRS })),
  orpo: (forward) =>
    ofPairs(orpo(halves(sums(forward)), { lambda: 0.3, lengths: LENGTHS, totalTokens: CHOSEN_TOKENS, ...PAIRS })),
  kto: (forward, { reference, start }) => {
    const policy = Float64Array.from(sums(forward));
    const fixed = Float64Array.from(sums(reference));
    const z = referencePoint({ policy: Float64Array.from(sums(start)), reference: fixed });
    const { loss, gradient } = kto(
      { policy, reference: fixed },
      {
        beta: 0.3,
        desirable: [true, true, false, false],
        z,
        desirableWeight: 1,
        undesirableWeight: 1.2,
        weights: [1, 0.5, 1, 1],
        totalWeight: { all: 3.5, desirable: 1.5, undesirable: 2 },
      },
    );
    return { loss, upstream: spread(gradient) };
  },
  // A ranking of four replies, each read at its last token.
  reward: ({ values }) => {
    const scores = Float64Array.from(values, (row) => row.at(-1)!);
    const { loss, gradient } = reward(scores, pairsOfRanking([1, 2, 4, 3]), { centring: 0.01, totalWeight: 1 });
    const atEnd = (row: Float64Array, i: number) => row.map((_, t) => (t === row.length - 1 ? gradient[i]! : 0));
    return {
      loss,
      upstream: { logProbs: values.map((row) => new Float64Array(row.length)), values: values.map(atEnd) },
    };
  },
  "ppo policy and value": ({ logProbs, values }, { start }) => {
    const rows = (scale: number) =>
      BATCH.map(({ targets }, row) => Float64Array.from(targets, (t) => scale * Math.sin(3 * t + 5 * row)));
    const { loss, gradient } = ppo(
      {
        logProbs,
        values,
        oldLogProbs: old(start.logProbs, "token"),
        oldValues: old(start.values, "token"),
        advantages: rows(1.5),
        returns: rows(0.8),
      },
      { clip: 0.2, valueClip: 0.2, valueCoefficient: 0.5, totalTokens: TOKENS },
    );
    return { loss, upstream: gradient };
  },
  "grpo dapo": grpoLoss("dapo", "token", 0),
  "grpo with a penalty": grpoLoss("grpo", "token", 0.2),
  "grpo dr_grpo": grpoLoss("dr_grpo", "token", 0),
  "grpo bnpo": grpoLoss("bnpo", "token", 0.1),
  "grpo with a ratio per reply": grpoLoss("grpo", "sequence", 0),
};

let traced: Engine;
let exact: Engine;
let known: Known;
beforeAll(async () => {
  traced = await tinyEngine(config, "onnx-cpu", { mode: "lora" });
  exact = await tinyEngine(config, "tfjs-cpu", { mode: "lora" });
  wildAdapter(exact, "policy", { head: true });
  const silent = BATCH.map(({ readouts: _, ...row }) => row);
  known = {
    reference: await exact.forward(silent, { adapter: null }),
    start: await exact.forward(BATCH, POLICY),
  };
});
afterAll(async () => {
  await traced.close();
  await exact.close();
});

describe.each(Object.entries(LOSSES))("%s", (_, lossOf) => {
  test("slopes along the gradient and at random are those of the loss", async () => {
    // A fresh one each time: an objective that does not use the head leaves its last gradient where it was.
    wildAdapter(traced, "trained", { head: true });
    await traced.accumulate(BATCH, TRAINED, (forward) => ({ upstream: lossOf(forward, known).upstream, metrics: {} }));
    const gradient = await takeGradients(traced, TRAINED);
    traced.dropAdapter("trained");
    const { tensors } = exact.exportAdapter("policy");
    const directions = [unit(gradient), ...[1, 2, 3].map((seed) => directionOf(tensors, seed))];
    const errors: number[] = [];
    const expected: number[] = [];
    for (const direction of directions) {
      const at = async (steps: number) => {
        move(exact, "moved", direction, steps * STEP);
        const { loss } = lossOf(await exact.forward(BATCH, { adapter: "moved" }), known);
        exact.dropAdapter("moved");
        return loss;
      };
      const inner = (await at(1)) - (await at(-1));
      const outer = (await at(2)) - (await at(-2));
      const slope = (8 * inner - outer) / (12 * STEP);
      expected.push(dot(gradient, direction));
      errors.push(slope - expected.at(-1)!);
    }
    expect(Math.hypot(...errors)).toBeLessThan(TOLERANCE * Math.hypot(...expected));
  });
});

/** Standard normal numbers in the shape of the adapter. */
function directionOf(tensors: readonly NamedTensor[], seed: number): NamedTensor[] {
  const { normal } = seededRandom(seed);
  return tensors.map((tensor) => ({ ...tensor, data: tensor.data.map(normal) }));
}

/** Steps along the gradient change a loss most: a direction of length 1 is as steep as a random one of any length. */
function unit(gradient: readonly NamedTensor[]): NamedTensor[] {
  const scale = 1 / Math.sqrt(dot(gradient, gradient));
  return gradient.map((tensor) => ({ ...tensor, data: tensor.data.map((x) => scale * x) }));
}

function dot(a: readonly NamedTensor[], b: readonly NamedTensor[]): number {
  return a.reduce((sum, { data }, i) => data.reduce((s, x, j) => s + x * b[i]!.data[j]!, sum), 0);
}

/** Loads the policy's adapter, moved along `direction`, under another name. */
function move(engine: Engine, name: string, direction: readonly NamedTensor[], by: number): void {
  const { tensors, ...rest } = engine.exportAdapter("policy");
  const moved = tensors.map((tensor, i) => ({
    ...tensor,
    data: tensor.data.map((x, j) => x + by * direction[i]!.data[j]!),
  }));
  engine.loadAdapter(name, { ...rest, tensors: moved });
}
