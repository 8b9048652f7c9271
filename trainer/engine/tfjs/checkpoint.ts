/** Gradient checkpointing (Chen et al. 2016): a block keeps only its inputs and is computed again in the backward pass. */

import { differentiable } from "./ops.ts";
import { type Tensor, tf } from "./tf.ts";

/**
 * run(x, ...weights) whose intermediate tensors live only while it runs. `run` must depend on no other tensor that
 * needs a gradient; x and the result have the same shape.
 */
export function checkpointed(
  run: (x: Tensor, ...weights: Tensor[]) => Tensor,
  x: Tensor,
  weights: readonly Tensor[],
): Tensor {
  return differentiable([x, ...weights], () => ({
    value: run(x, ...weights),
    keep: [x, ...weights],
    backward: (dy, [x, ...weights]) => {
      // Adds nothing, but makes the second computation depend on dy: an executor that is free to choose its order could
      // otherwise do it early, or find it equal to the first one, and hold everything in memory after all.
      const later = tf.add(x!, tf.mul(dy, 0));
      // An inner gradient throws the outer one's tape away when it ends.
      const { state } = tf.engine() as unknown as { state: { activeTape: unknown } };
      const tape = state.activeTape;
      try {
        return tf.grads(run as (...inputs: Tensor[]) => Tensor)([later, ...weights], dy);
      } finally {
        state.activeTape = tape;
      }
    },
  }));
}
