/** The output head: what the model says of each target token, without ever holding all logits of a large vocabulary. */

import { differentiable } from "./ops.ts";
import { type Tensor, tf } from "./tf.ts";

export interface Head {
  weight: Tensor; // [V, D]
  trainable: boolean;
}

/** Columns of the statistics: log-probability, entropy, and whether the target was the most likely token. */
export const STATISTICS = 3;

/** Logits held at a time, in elements (32 MiB): enough rows for a fast product, little next to the activations. */
const LOGITS_HELD = 8 * 1024 * 1024;

/**
 * Statistics [M, 3] in nats of targets [M] under the head on hidden rows [M, D]. Only the first column, the
 * log-probability, has a gradient. `differentiated` says whether one will be asked for.
 */
export function targetStatistics(
  hidden: Tensor,
  head: Head,
  targets: Tensor,
  differentiated: boolean,
  logitsHeld = LOGITS_HELD,
): Tensor {
  const [rows, width] = hidden.shape as [number, number];
  const chunks = chunked(rows, Math.max(1, Math.floor(logitsHeld / head.weight.shape[0]!)));
  const inputs = head.trainable ? [hidden, head.weight] : [hidden];

  return differentiable(inputs, () => {
    // Statistics and gradient of a chunk are joined into one tensor. An executor that walks the graph backwards from
    // its outputs then finishes a chunk, and frees its logits, before it begins the next.
    const parts = chunks.map(([from, count]) => {
      const chunk = tf.slice(hidden, [from, 0], [count, width]); // [m, D]
      return describe(chunk, head.weight, tf.slice(targets, [from], [count]), differentiated);
    });
    const joined = tf.concat(
      parts.map(({ joined }) => joined),
      0,
    ); // [M, 3 + D]
    const value = differentiated ? tf.slice(joined, [0, 0], [rows, STATISTICS]) : joined;
    if (!differentiated) return { value, backward: refuse };

    const slope = tf.slice(joined, [0, STATISTICS], [rows, width]); // d logProb / d hidden, [M, D]
    // With one chunk its probabilities are kept; with more they are made again from the hidden rows.
    const onlyChunk = head.trainable && parts.length === 1 ? [parts[0]!.probabilities] : [];
    return {
      value,
      keep: [slope, hidden, ...onlyChunk],
      backward: (dy, [slope, hidden, probabilities]) => {
        const upstream = tf.slice(dy, [0, 0], [rows, 1]); // [M, 1]
        const dHidden = tf.mul(slope!, upstream);
        if (!head.trainable) return [dHidden];
        const dWeights = chunks.map(([from, count]) => {
          const cut = (x: Tensor) => tf.slice(x, [from, 0], [count, x.shape[1]!]);
          const chunk = cut(hidden!);
          const likely = probabilities ?? tf.softmax(tf.matMul(chunk, head.weight, false, true)); // [m, V]
          const hot = tf.oneHot(tf.slice(targets, [from], [count]), head.weight.shape[0]!);
          return tf.matMul(tf.mul(tf.sub(hot, likely), cut(upstream)), chunk, true); // [V, D]
        });
        return [dHidden, dWeights.reduce((sum, part) => tf.add(sum, part))];
      },
    };
  });
}

/** Statistics of one chunk, and behind them d logProb / d hidden where it is wanted: [m, 3] or [m, 3 + D]. */
function describe(hidden: Tensor, weight: Tensor, targets: Tensor, differentiated: boolean) {
  const logits = tf.matMul(hidden, weight, false, true); // [m, V]
  const probabilities = tf.softmax(logits); // [m, V]
  // log Σ exp(z) = max z − log max p: two cheap maxima instead of another pass of exponentials.
  const normaliser = tf.sub(tf.max(logits, -1, true), tf.log(tf.max(probabilities, -1, true))); // [m, 1]
  const targetRows = tf.gather(weight, targets); // [m, D]
  const logProb = tf.sub(tf.sum(tf.mul(hidden, targetRows), -1, true), normaliser); // [m, 1]
  const entropy = tf.sub(normaliser, tf.sum(tf.mul(probabilities, logits), -1, true)); // [m, 1]
  const correct = tf.reshape(tf.cast(tf.equal(tf.argMax(logits, -1), targets), "float32"), [-1, 1]); // [m, 1]
  const slope = differentiated ? [tf.sub(targetRows, tf.matMul(probabilities, weight))] : []; // [m, D]
  return { joined: tf.concat([logProb, entropy, correct, ...slope], 1), probabilities };
}

/** [from, count] of consecutive chunks of at most `most` rows. */
function chunked(rows: number, most: number): [number, number][] {
  const count = Math.ceil(rows / most);
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * rows) / count);
    return [from, Math.floor(((i + 1) * rows) / count) - from];
  });
}

function refuse(): never {
  throw new Error("targetStatistics: asked for a gradient, but was built without one");
}
