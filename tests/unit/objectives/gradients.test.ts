/** Every objective's gradient is what finite differences of its loss find, to seven digits, at random points. */

import { describe, expect, it } from "vitest";
import { type DpoLoss, dpo } from "../../../trainer/objectives/dpo.ts";
import { type GrpoOptions, grpo } from "../../../trainer/objectives/grpo.ts";
import { type KlEstimator, klEstimate } from "../../../trainer/objectives/kl.ts";
import { kto } from "../../../trainer/objectives/kto.ts";
import { orpo } from "../../../trainer/objectives/orpo.ts";
import { ppo } from "../../../trainer/objectives/ppo.ts";
import { pairsOfRanking, reward } from "../../../trainer/objectives/reward.ts";
import { sft } from "../../../trainer/objectives/sft.ts";
import { simpo } from "../../../trainer/objectives/simpo.ts";
import { seededRandom } from "../../helpers/tiny-model.ts";

type Differentiable = (x: Float64Array) => { loss: number; gradient: ArrayLike<number> };

/** Fourth order: the error is of the order of h⁴, and h is far from where rounding would eat the digits. */
const H = 1e-3;
function slope(loss: (change: number) => number): number {
  return (8 * (loss(H) - loss(-H)) - (loss(2 * H) - loss(-2 * H))) / (12 * H);
}

function expectTrueGradient(objective: Differentiable, x: Float64Array): void {
  const { gradient } = objective(x);
  const scale = Math.max(...Array.from(gradient, Math.abs));
  expect(scale).toBeGreaterThan(0);
  for (const k of x.keys()) {
    const found = slope((change) => objective(x.map((value, j) => (j === k ? value + change : value))).loss);
    const error = Math.abs(found - gradient[k]!) / scale;
    expect(error, `coordinate ${k}: gradient ${gradient[k]}, differences ${found}`).toBeLessThan(1e-7);
  }
}

const uniform = seededRandom(11);
const draw = (n: number, low: number, high: number) =>
  Float64Array.from({ length: n }, () => low + (high - low) * uniform());
const halves = (x: Float64Array) => ({ chosen: x.slice(0, x.length / 2), rejected: x.slice(x.length / 2) });
const joined = ({ chosen, rejected }: { chosen: Float64Array; rejected: Float64Array }) => [...chosen, ...rejected];
/** Cuts a flat vector into rows of these lengths. */
function rowsOf(x: ArrayLike<number>, lengths: readonly number[]): Float64Array[] {
  let at = 0;
  return lengths.map((length) => Float64Array.from({ length }, () => x[at++]!));
}
const flat = (rows: readonly Float64Array[]) => rows.flatMap((row) => [...row]);

const weights = [1, 0.5, 2];
const lengths = { chosen: [3, 1, 5], rejected: [2, 4, 6] };
const shares = { weights, totalWeight: 3.5, lengths };
const totalTokens = 3 + 0.5 + 10;

describe("gradients are those of finite differences", () => {
  const losses: DpoLoss[] = ["sigmoid", "cdpo", "robust", "ipo", "ipo_sum", "hinge"];
  it.each(losses.flatMap((loss) => [0, 0.3].map((sftWeight) => ({ loss, sftWeight }))))(
    "dpo $loss, SFT $sftWeight",
    ({ loss, sftWeight }) => {
      const reference = halves(draw(6, -9, -1));
      expectTrueGradient(
        (x) => {
          const policy = halves(x);
          const { loss: value, gradient } = dpo(
            {
              policyChosen: policy.chosen,
              policyRejected: policy.rejected,
              referenceChosen: reference.chosen,
              referenceRejected: reference.rejected,
            },
            {
              ...shares,
              loss,
              beta: 0.3,
              labelSmoothing: [0.05, 0.2, 0.4],
              ...(sftWeight && { sft: { weight: sftWeight, totalTokens } }),
            },
          );
          return { loss: value, gradient: joined(gradient) };
        },
        draw(6, -9, -1),
      );
    },
  );

  it("simpo", () => {
    expectTrueGradient(
      (x) => {
        const { loss, gradient } = simpo(halves(x), { ...shares, beta: 2, gamma: 0.7 });
        return { loss, gradient: joined(gradient) };
      },
      draw(6, -9, -1),
    );
  });

  it("orpo", () => {
    expectTrueGradient(
      (x) => {
        const { loss, gradient } = orpo(halves(x), { ...shares, lambda: 0.4, totalTokens });
        return { loss, gradient: joined(gradient) };
      },
      draw(6, -9, -1),
    );
  });

  it("kto", () => {
    const options = {
      beta: 0.3,
      desirable: [true, false, true, false],
      z: 0.4,
      desirableWeight: 1.2,
      undesirableWeight: 0.9,
      weights: [1, 2, 0.5, 1],
      totalWeight: { all: 4.5, desirable: 1.5, undesirable: 3 },
    };
    const reference = draw(4, -9, -1);
    expectTrueGradient((policy) => kto({ policy, reference }, options), draw(4, -9, -1));
  });

  it("reward, pairs with margins and a ranking, centred", () => {
    const pairs = [{ chosen: 1, rejected: 0, weight: 2, margin: 0.5 }, ...pairsOfRanking([2, 1, 3, 1], { first: 2 })];
    expectTrueGradient((scores) => reward(scores, pairs, { centring: 0.05, totalWeight: 3 }), draw(6, -2, 2));
  });

  it("sft", () => {
    const sequences = [2, 3];
    expectTrueGradient(
      (x) => {
        const { loss, gradient } = sft(rowsOf(x, sequences), { weights: [1, 2], totalWeight: 8 });
        return { loss, gradient: flat(gradient) };
      },
      draw(5, -3, 0),
    );
  });

  const replies = [3, 2, 4];
  const rows = (low: number, high: number) => rowsOf(draw(9, low, high), replies);
  const mask = [Uint8Array.of(1, 1, 0), Uint8Array.of(1, 1), Uint8Array.of(1, 1, 1, 1)];

  it("ppo, policy and value", () => {
    const constants = {
      oldLogProbs: rows(-3, -1),
      advantages: rows(-2, 2),
      oldValues: rows(-1, 1),
      returns: rows(-1, 1),
      mask,
    };
    expectTrueGradient(
      (x) => {
        const batch = {
          ...constants,
          logProbs: rowsOf(x.slice(0, 9), replies),
          values: rowsOf(x.slice(9), replies),
        };
        const { loss, gradient } = ppo(batch, { clip: 0.2, valueClip: 0.3, valueCoefficient: 0.4, totalTokens: 8 });
        return { loss, gradient: [...flat(gradient.logProbs), ...flat(gradient.values)] };
      },
      Float64Array.of(...flat(constants.oldLogProbs).map((x) => x + 0.3 * (uniform() - 0.5)), ...draw(9, -1, 1)),
    );
  });

  const settings = (["dapo", "grpo", "dr_grpo", "bnpo"] as const).flatMap((normaliser) =>
    (["token", "sequence"] as const).map((ratio) => ({ normaliser, ratio })),
  );
  it.each(settings)(
    "grpo $normaliser, ratio per $ratio, with a KL penalty",
    (setting: Pick<GrpoOptions, "normaliser" | "ratio">) => {
      const constants = { oldLogProbs: rows(-3, -1), reference: rows(-3, -1), advantages: [1, -0.5, 0.8], mask };
      const totals = { tokens: 8, sequences: 3, maxLength: 6, microBatches: 1 };
      expectTrueGradient(
        (x) => {
          const batch = { ...constants, logProbs: rowsOf(x, replies) };
          const { loss, gradient } = grpo(batch, { ...setting, clip: { low: 0.2, high: 0.28 }, beta: 0.1, totals });
          return { loss, gradient: flat(gradient) };
        },
        Float64Array.from(flat(constants.oldLogProbs), (x) => x + 0.3 * (uniform() - 0.5)),
      );
    },
  );

  it.each<KlEstimator>(["k1", "k2", "k3"])("the estimator %s, and beyond its limits", (estimator) => {
    for (const d of [-25, -5, -1, -0.1, 0.1, 1, 4, 12, 25]) {
      const found = slope((change) => klEstimate(estimator, d + change).value);
      expect(found).toBeCloseTo(klEstimate(estimator, d).slope, 7);
    }
  });
});
