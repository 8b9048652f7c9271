/** The output head in chunks against the head in one piece, and against the definition of a log-probability. */

import { beforeAll, expect, test } from "vitest";
import { seededRandom } from "../../../trainer/engine/random.ts";
import { targetStatistics } from "../../../trainer/engine/tfjs/head.ts";
import { type Tensor, tf } from "../../../trainer/engine/tfjs/tf.ts";

const [ROWS, WIDTH, VOCABULARY] = [7, 5, 11];
let hidden: Tensor;
let weight: Tensor;
let targets: Tensor;
let upstream: Tensor;

beforeAll(async () => {
  await tf.setBackend("cpu");
  const { normal } = seededRandom(1);
  const random = (...shape: [number, number]) =>
    tf.tensor(Float32Array.from({ length: shape[0] * shape[1] }, normal), shape);
  hidden = random(ROWS, WIDTH);
  weight = random(VOCABULARY, WIDTH);
  targets = tf.tensor(Int32Array.of(0, 3, 10, 3, 5, 1, 9), [ROWS], "int32");
  upstream = random(ROWS, 3);
});

test("statistics are those of the softmax", () => {
  const probabilities = tf.softmax(tf.matMul(hidden, weight, false, true)).arraySync() as number[][];
  const statistics = targetStatistics(hidden, { weight, trainable: false }, targets, false).arraySync() as number[][];
  const wanted = targets.arraySync() as number[];
  for (const [i, row] of probabilities.entries()) {
    expect(statistics[i]![0]).toBeCloseTo(Math.log(row[wanted[i]!]!), 5);
    expect(statistics[i]![1]).toBeCloseTo(-row.reduce((sum, p) => sum + p * Math.log(p), 0), 5);
    expect(statistics[i]![2]).toBe(row[wanted[i]!] === Math.max(...row) ? 1 : 0);
  }
});

test.each([true, false])("chunks change neither value nor gradient (head trainable: %s)", (trainable) => {
  const of = (logitsHeld: number) => {
    const run = () => targetStatistics(hidden, { weight, trainable }, targets, true, logitsHeld);
    const { value, grads } = tf.engine().gradients(run, trainable ? [hidden, weight] : [hidden], upstream);
    return [value!, ...grads].map((tensor) => [...tensor.dataSync()]);
  };
  const [whole, chunked] = [of(1_000_000), of(2 * VOCABULARY)];
  for (const [i, expected] of whole.entries()) {
    for (const [j, value] of expected.entries()) expect(chunked[i]![j]).toBeCloseTo(value, 5);
  }
});

test("an extremely unlikely target keeps its log-probability", () => {
  const far = tf.tensor(Float32Array.of(1, 0, -200, 0), [2, 2]); // logits 1·h and −200·h
  const statistics = targetStatistics(
    tf.tensor([[1, 0]]),
    { weight: far, trainable: false },
    tf.tensor([1], [1], "int32"),
    false,
  );
  expect(statistics.dataSync()[0]).toBeCloseTo(-201, 3);
});
