// Where GRPO with a KL penalty comes to rest, computed exactly on an enumerable world.
import { TabularPolicy, type World } from "./enumerable.ts";

interface Setting {
  world: World;
  /** Logits of the reference. */
  logits: Float64Array;
  /** Of every reply. */
  reward: Float64Array;
  beta: number;
}

/**
 * Where GRPO with unscaled advantages rests. The gradient of its k3 penalty is that of KL(ref ‖ π) and not of KL(π ‖ ref): the
 * estimate is differentiated, but not the policy it is sampled from. In every state, π(a) = ref(a) / (1 − c·(Q(a) − V)/β), with
 * V = Σπ·Q and c = (G − 1)/G since a reply is part of its group's mean; Q follows backwards from the last states.
 * (Of whole replies: Vojnovic and Yun 2025, "What is the alignment objective of GRPO?".)
 */
export function grpoFixedPoint({ world, logits, reward, beta }: Setting, groupSize: number): Float64Array {
  const base = new TabularPolicy(world, logits);
  const strength = (groupSize - 1) / groupSize / beta;
  const probabilities = new Float64Array(world.states * world.width);
  const next = nextOf(world);
  const solve = (state: number): number => {
    const q = Array.from({ length: world.width }, (_, token) => {
      const { reply, state: following } = next[state * world.width + token]!;
      return reply !== undefined ? reward[reply]! : solve(following!);
    });
    const share = (value: number) => q.map((x, k) => Math.exp(base.logProb(state, k)) / (1 - strength * (x - value)));
    // Σπ falls as V rises; below max Q − 1/strength a probability would be negative.
    let [low, high] = [Math.max(...q) - 1 / strength + 1e-12, Math.max(...q)];
    for (let halving = 0; halving < 200; halving++) {
      const middle = (low + high) / 2;
      if (share(middle).reduce((a, b) => a + b) > 1) low = middle;
      else high = middle;
    }
    for (const [k, p] of share(high).entries()) probabilities[state * world.width + k] = p;
    return high;
  };
  solve(0);
  return new TabularPolicy(world, probabilities.map(Math.log)).distribution();
}

/** What follows a token in a state: another state, or the end of a reply. */
function nextOf({ replies, width, states }: World): { reply?: number; state?: number }[] {
  const next: { reply?: number; state?: number }[] = Array.from({ length: states * width }, () => ({}));
  for (const [i, reply] of replies.entries())
    for (const [t, token] of reply.tokens.entries()) {
      const cell = next[reply.states[t]! * width + token]!;
      const following = reply.states[t + 1];
      if (following === undefined) cell.reply = i;
      else cell.state = following;
    }
  return next;
}
