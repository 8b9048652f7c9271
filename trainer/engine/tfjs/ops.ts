/**
 * The transformer's operations with hand-written gradients: fewer passes over memory and fewer saved tensors than
 * TensorFlow.js's own would need. Shapes: N = B·T rows, D model width, I/O in and out width, R rank, d head width.
 */

import { type Tensor, tf } from "./tf.ts";

interface Differentiable {
  value: Tensor;
  /** Tensors the backward pass needs. Anything else made in the forward pass is freed before it runs. */
  keep?: readonly Tensor[];
  /** Gradients of the inputs, in their order. `kept` is what `keep` named. */
  backward: (upstream: Tensor, kept: Tensor[]) => Tensor[];
}

/** An operation of `inputs` with its own gradient. Tensors met only through the closure are constants. */
export function differentiable(inputs: readonly Tensor[], forward: () => Differentiable): Tensor {
  return tf.customGrad((...args) => {
    const save = args.at(-1) as (tensors: Tensor[]) => void;
    const { value, keep = [], backward } = forward();
    save([...keep]);
    return { value, gradFunc: (upstream, kept) => backward(upstream as Tensor, kept as Tensor[]) };
  })(...inputs);
}

/** A frozen weight [O, I] in blocks of 32 with one scale each. */
export interface Quantised {
  values: Tensor; // [O, I], int8
  scales: Tensor; // [O, I/32]
}

/** One linear layer: GGUF's weight [O, I], perhaps a bias [O], perhaps an adapter on top. */
export interface Linear {
  weight: Tensor | Quantised; // [O, I]
  bias?: Tensor; // [O]
  lora?: { a: Tensor; b: Tensor; scale: number }; // a [R, I], b [O, R]
  /** Full-parameter mode: weight and bias get gradients. */
  trainable: boolean;
}

/** x Wᵀ + bias + scale·(x Aᵀ) Bᵀ: [N, I] → [N, O]. */
export function linear(x: Tensor, { weight, bias, lora, trainable }: Linear): Tensor {
  const product =
    "scales" in weight
      ? quantisedProduct(x, weight)
      : trainable
        ? trainableProduct(x, weight)
        : frozenProduct(x, weight);
  const sum = bias ? tf.add(product, bias) : product; // [N, O]
  return lora ? tf.add(sum, adapterProduct(x, lora)) : sum;
}

function frozenProduct(x: Tensor, weight: Tensor): Tensor {
  return differentiable([x], () => ({
    value: tf.matMul(x, weight, false, true),
    backward: (dy) => [tf.matMul(dy, weight)],
  }));
}

/** The weight is expanded once in each direction: kept from one to the other, all would be in memory as floats. */
function quantisedProduct(x: Tensor, weight: Quantised): Tensor {
  return differentiable([x], () => ({
    value: tf.matMul(x, dequantised(weight, x), false, true),
    backward: (dy) => [tf.matMul(dy, dequantised(weight, dy))],
  }));
}

/** Name of the kernel that multiplies blocks by their scales; registered where programs are traced. */
export const DEQUANTISE = "DequantiseBlocks";

/**
 * The weight as floats, for one product. 0 times a value of `after` is added to the scales: it changes none of them, but
 * makes this a step of the direction in which it is used. A program that is cut in two would otherwise expand every
 * weight of the backward pass in its first half and hold it until the second.
 */
function dequantised({ values, scales }: Quantised, after: Tensor): Tensor {
  const later = tf.add(scales, tf.mul(tf.slice(after, [0, 0], [1, 1]), 0));
  return tf.engine().runKernel(DEQUANTISE, { values, scales: later }) as Tensor;
}

function trainableProduct(x: Tensor, weight: Tensor): Tensor {
  return differentiable([x, weight], () => ({
    value: tf.matMul(x, weight, false, true),
    keep: [x, weight],
    backward: (dy, [x, weight]) => [tf.matMul(dy, weight!), tf.matMul(dy, x!, true)],
  }));
}

/** With B = 0 this is exactly 0, so adding it changes no bit of the base's output. */
function adapterProduct(x: Tensor, { a, b, scale }: NonNullable<Linear["lora"]>): Tensor {
  return differentiable([x, a, b], () => {
    const low = tf.mul(tf.matMul(x, a, false, true), scale); // [N, R]
    return {
      value: tf.matMul(low, b, false, true),
      keep: [x, a, b, low],
      backward: (dy, [x, a, b, low]) => {
        const dLow = tf.mul(tf.matMul(dy, b!), scale); // [N, R]
        return [tf.matMul(dLow, a!), tf.matMul(dLow, x!, true), tf.matMul(dy, low!, true)];
      },
    };
  });
}

/** x / √(mean(x²) + ε) · gain over the last axis of [rows, D]; gain [D] gets a gradient only where it is trainable. */
export function rmsNorm(x: Tensor, gain: Tensor, epsilon: number, trainable: boolean): Tensor {
  return differentiable(trainable ? [x, gain] : [x], () => {
    const width = x.shape.at(-1)!;
    const meanSquare = tf.mul(tf.sum(tf.square(x), -1, true), 1 / width); // [rows, 1]
    const inverse = tf.rsqrt(tf.add(meanSquare, epsilon)); // [rows, 1]
    const normal = tf.mul(x, inverse); // [rows, D]
    return {
      value: tf.mul(normal, gain),
      keep: [normal, inverse],
      backward: (dy, [normal, inverse]) => {
        const dNormal = tf.mul(dy, gain); // [rows, D]
        const along = tf.mul(tf.sum(tf.mul(dNormal, normal!), -1, true), 1 / width); // [rows, 1]
        const dx = tf.mul(tf.sub(dNormal, tf.mul(normal!, along)), inverse!);
        return trainable ? [dx, tf.sum(tf.mul(dy, normal!), 0)] : [dx];
      },
    };
  });
}

/** Rotation of every head by its token's position: cos and sin [B, 1, T, d], turn [d, d] (see rope.ts). */
export interface Rotation {
  cos: Tensor;
  sin: Tensor;
  turn: Tensor;
}

/** RoPE: x·cos + (x turn)·sin on [B, heads, T, d]. A rotation's gradient is the rotation back. */
export function rotate(x: Tensor, { cos, sin, turn }: Rotation): Tensor {
  const flat = [-1, x.shape.at(-1)!];
  return differentiable([x], () => {
    const turned = tf.reshape(tf.matMul(tf.reshape(x, flat), turn), x.shape);
    return {
      value: tf.add(tf.mul(x, cos), tf.mul(turned, sin)),
      backward: (dy) => {
        const back = tf.matMul(tf.reshape(tf.mul(dy, sin), flat), turn, false, true);
        return [tf.add(tf.mul(dy, cos), tf.reshape(back, x.shape))];
      },
    };
  });
}

/**
 * Softmax attention with grouped queries: q [B·K, G·T, d] holds the G query heads of each of K key heads after one
 * another, so that keys and values [B·K, S, d] are never repeated. mask [B, 1, T, S] is added to the scores. S = T but
 * for a prefix.
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor): Tensor {
  return differentiable([q, k, v], () => {
    const [batch, , length, keys] = mask.shape as [number, number, number, number];
    const scores = [q.shape[0]!, q.shape[1]!, keys]; // [B·K, G·T, S]
    const heads = [batch, (q.shape[0]! * q.shape[1]!) / (batch * length), length, keys]; // [B, H, T, S]
    const scale = 1 / Math.sqrt(q.shape[2]!);
    const scaled = tf.mul(q, scale);
    const masked = tf.add(tf.reshape(tf.matMul(scaled, k, false, true), heads), mask); // [B, H, T, S]
    const weights = tf.reshape(tf.softmax(masked), scores);
    const mixed = tf.matMul(weights, v); // [B·K, G·T, d]
    return {
      value: mixed,
      keep: [scaled, k, v, weights, mixed],
      backward: (dy, [scaled, k, v, weights, mixed]) => {
        const dValues = tf.matMul(weights!, dy, true); // [B·K, S, d]
        // Softmax's gradient needs Σ weights·dWeights per row, which equals Σ dy·mixed: d terms instead of S.
        const mean = tf.sum(tf.mul(dy, mixed!), -1, true); // [B·K, G·T, 1]
        const dScores = tf.mul(weights!, tf.sub(tf.matMul(dy, v!, false, true), mean)); // [B·K, G·T, S]
        return [tf.mul(tf.matMul(dScores, k!), scale), tf.matMul(dScores, scaled!, true), dValues];
      },
    };
  });
}

/** A trained prefix [P, K·d] before the keys or values [B·K, T, d] of every row: [B·K, P + T, d]. */
export function withPrefix(x: Tensor, prefix: Tensor): Tensor {
  const [all, length, headWidth] = x.shape as [number, number, number];
  const [count, width] = prefix.shape as [number, number];
  const heads = width / headWidth;
  return differentiable([x, prefix], () => {
    const byHead = tf.transpose(tf.reshape(prefix, [count, heads, headWidth]), [1, 0, 2]); // [K, P, d]
    return {
      value: tf.concat([tf.tile(byHead, [all / heads, 1, 1]), x], 1),
      backward: (dy) => {
        const dPrefix = tf.reshape(tf.slice(dy, [0, 0, 0], [all, count, headWidth]), [-1, heads, count, headWidth]);
        const summed = tf.transpose(tf.sum(dPrefix, 0), [1, 0, 2]); // [P, K, d]
        return [tf.slice(dy, [0, count, 0], [all, length, headWidth]), tf.reshape(summed, [count, width])];
      },
    };
  });
}

/** x + U·silu(D·x) for every row of x [N, D], with D [R, D] and U [D, R]; U = 0 changes no bit. */
export function bottleneck(x: Tensor, { down, up }: { down: Tensor; up: Tensor }): Tensor {
  return differentiable([x, down, up], () => {
    const low = tf.matMul(x, down, false, true); // [N, R]
    const sigmoid = tf.sigmoid(low);
    const silu = tf.mul(low, sigmoid);
    return {
      value: tf.add(x, tf.matMul(silu, up, false, true)),
      keep: [x, down, up, sigmoid, silu],
      backward: (dy, [x, down, up, sigmoid, silu]) => {
        const slope = tf.add(sigmoid!, tf.sub(silu!, tf.mul(silu!, sigmoid!))); // d silu / d low
        const dLow = tf.mul(tf.matMul(dy, up!), slope); // [N, R]
        return [tf.add(dy, tf.matMul(dLow, down!)), tf.matMul(dLow, x!, true), tf.matMul(dy, silu!, true)];
      },
    };
  });
}

/** SwiGLU: silu(gate)·up, both [N, F]. */
export function swiglu(gate: Tensor, up: Tensor): Tensor {
  return differentiable([gate, up], () => {
    const sigmoid = tf.sigmoid(gate);
    const silu = tf.mul(gate, sigmoid);
    return {
      value: tf.mul(silu, up),
      keep: [up, sigmoid, silu],
      backward: (dy, [up, sigmoid, silu]) => {
        const slope = tf.add(sigmoid!, tf.sub(silu!, tf.mul(silu!, sigmoid!))); // d silu / d gate
        return [tf.mul(tf.mul(dy, up!), slope), tf.mul(dy, silu!)];
      },
    };
  });
}

/**
 * Rows of x [N, D] by number, [M, D]. `inverse` [N] says for each row of x which result it became, M for none, so
 * that the gradient is a gather as well: a scatter-add of repeated rows is not deterministic on several threads.
 */
export function takeRows(x: Tensor, rows: Tensor, inverse: Tensor): Tensor {
  return differentiable([x], () => ({
    value: tf.gather(x, rows),
    backward: (dy) => [tf.gather(tf.concat([dy, tf.zeros([1, x.shape[1]!])], 0), inverse)],
  }));
}

/** All values of `parts` after one another, as a vector; one part stays as it is. TensorFlow.js differentiates one tensor. */
export function joined(parts: readonly Tensor[]): Tensor {
  if (parts.length === 1) return parts[0]!;
  const ends = parts.map((_, i) => parts.slice(0, i + 1).reduce((sum, { size }) => sum + size, 0));
  return differentiable(parts, () => ({
    value: tf.concat(parts.map((part) => tf.reshape(part, [-1]))),
    backward: (dy) =>
      parts.map(({ size, shape }, i) => tf.reshape(tf.slice(dy, [ends[i]! - size], [size]), [...shape])),
  }));
}
