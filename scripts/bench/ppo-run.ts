// PPO with Hone's objectives on an enumerable policy and a tabular value head.
import { gae, tokenRewards, whiten } from "../../trainer/objectives/advantages.ts";
import { ppo } from "../../trainer/objectives/ppo.ts";
import { countTokens } from "../../trainer/objectives/token-rows.ts";
import { Adam, cosine, type Reply, Sampler, TabularPolicy, type World } from "./enumerable.ts";

export interface PpoSetting {
  world: World;
  /** Logits of the reference, where the policy starts. */
  logits: Float64Array;
  /** Score of every reply, [replies]. */
  scores: Float64Array;
  klCoefficient: number;
  /** Iterations. */
  steps: number;
  /** Sampled per iteration. */
  replies: number;
  learningRate: number;
  seed: number;
}

const EPOCHS = 4;
const MINIBATCHES = 4;
const OPTIONS = { clip: 0.2, valueClip: 0.2, valueCoefficient: 1 };
/** Values learn faster than the policy, or GAE would follow guesses. */
const VALUE_RATE = 3;

/** Sample, score, penalise, estimate advantages, learn in minibatches: the order of trainer/methods/ppo.ts. */
export function trainWithPpo(setting: PpoSetting, record: (step: number, policy: TabularPolicy) => void): void {
  const { world, steps } = setting;
  const policy = new TabularPolicy(world, setting.logits);
  const base = new TabularPolicy(world, setting.logits);
  const values = new Float64Array(world.states);
  const sampler = new Sampler(setting.seed);
  const optimisers = { policy: new Adam(policy.logits), values: new Adam(values) };
  const valuesOf = ({ states }: Reply) => Float64Array.from(states, (state) => values[state]!);
  record(0, policy);
  for (let step = 1; step <= steps; step++) {
    const drawn = sampler.draw(policy.distribution(), setting.replies);
    const replies = drawn.map((i) => world.replies[i]!);
    const oldLogProbs = replies.map((reply) => policy.tokenLogProbs(reply));
    const oldValues = replies.map(valuesOf);
    const { rewards } = tokenRewards(
      { policy: oldLogProbs, reference: replies.map((reply) => base.tokenLogProbs(reply)) },
      drawn.map((i) => setting.scores[i]!),
      { klCoefficient: setting.klCoefficient, estimator: "k1" },
    );
    const { advantages: raw, returns } = gae(rewards, oldValues, { gamma: 1, lambda: 0.95 });
    const advantages = whiten(raw);
    const rate = cosine(setting.learningRate, step - 1, steps);
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      const order = sampler.shuffled([...replies.keys()]);
      const size = Math.ceil(order.length / MINIBATCHES);
      for (let first = 0; first < order.length; first += size) {
        const part = order.slice(first, first + size);
        const pick = <T>(rows: readonly T[]) => part.map((i) => rows[i]!);
        const chosen = pick(replies);
        const batch = {
          logProbs: chosen.map((reply) => policy.tokenLogProbs(reply)),
          oldLogProbs: pick(oldLogProbs),
          advantages: pick(advantages),
          values: chosen.map(valuesOf),
          oldValues: pick(oldValues),
          returns: pick(returns),
        };
        const { gradient } = ppo(batch, { ...OPTIONS, totalTokens: countTokens(batch.logProbs) });
        const ofLogits = new Float64Array(policy.logits.length);
        const ofValues = new Float64Array(values.length);
        for (const [k, reply] of chosen.entries()) {
          policy.backward(reply, gradient.logProbs[k]!, ofLogits);
          for (const [t, state] of reply.states.entries()) ofValues[state]! += gradient.values[k]![t]!;
        }
        optimisers.policy.step(ofLogits, rate);
        optimisers.values.step(ofValues, VALUE_RATE * rate);
        policy.update();
      }
    }
    record(step, policy);
  }
}
