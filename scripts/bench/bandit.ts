// Two replies, and where losses with a known stationary point come to rest on them.
import { type DpoLoss, dpo } from "../../trainer/objectives/dpo.ts";
import { sigmoid } from "../../trainer/objectives/numeric.ts";
import { Adam, cosine, enumerateReplies, TabularPolicy } from "./enumerable.ts";

/** Two replies, equally likely at first, one always preferred: where a loss comes to rest, and where it should. */
export function runBandit(loss: DpoLoss, beta: number, labelSmoothing: number): { found: number; expected: number } {
  const world = enumerateReplies(1, 1);
  const policy = new TabularPolicy(world);
  const adam = new Adam(policy.logits);
  const even = Float64Array.of(Math.log(0.5));
  const steps = 2000;
  for (let step = 0; step < steps; step++) {
    const [better, worse] = policy.replyLogProbs();
    const { gradient } = dpo(
      {
        policyChosen: Float64Array.of(better!),
        policyRejected: Float64Array.of(worse!),
        referenceChosen: even,
        referenceRejected: even,
      },
      { loss, beta, labelSmoothing, weights: [1], totalWeight: 1 },
    );
    const ofLogits = new Float64Array(policy.logits.length);
    policy.backward(world.replies[0]!, gradient.chosen, ofLogits);
    policy.backward(world.replies[1]!, gradient.rejected, ofLogits);
    adam.step(ofLogits, cosine(0.1, step, steps));
    policy.update();
  }
  const [better, worse] = policy.replyLogProbs();
  // What cDPO fixes is the implicit preference σ(βh), what IPO fixes is the policy itself.
  if (loss === "cdpo") return { found: sigmoid(beta * (better! - worse!)), expected: 1 - labelSmoothing };
  return { found: Math.exp(better!), expected: sigmoid(1 / (2 * beta)) };
}
