/** Packing: nothing is lost or moved to a neighbour, and a model behind it gives what it gives without. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pack, packing, rowLengthFor } from "../../../trainer/data/pack.ts";
import { sequence } from "../../../trainer/data/tokenise.ts";
import type { Metrics, Objective } from "../../../trainer/engine/contract.ts";
import { BigramEngine } from "../../helpers/bigram-engine.ts";

const row = (...tokens: number[]) => sequence(Int32Array.from(tokens.slice(0, 1)), tokens.slice(1));
const anyRow = fc.array(fc.integer({ min: 0, max: 11 }), { minLength: 2, maxLength: 20 }).map((t) => row(...t));

describe("pack", () => {
  it("puts each sequence into the fullest row that has room, the longest first", () => {
    const packed = pack([row(1, 2), row(3, 4, 5, 6, 7), row(8, 9, 10), row(1, 1, 1, 1)], 8);
    expect(packed.rows.map(({ tokens }) => [...tokens])).toEqual([
      [3, 4, 5, 6, 7, 8, 9, 10],
      [1, 1, 1, 1, 1, 2],
    ]);
    expect(packed.rows.map(({ examples }) => [...examples!])).toEqual([
      [0, 0, 0, 0, 0, 1, 1, 1],
      [0, 0, 0, 0, 1, 1],
    ]);
    expect(packed.rows.map(({ targets }) => [...targets])).toEqual([
      [1, 2, 3, 4, 6, 7],
      [1, 2, 3, 5],
    ]);
    expect(packed.places).toEqual([
      { row: 1, firstTarget: 3, firstReadout: 0 },
      { row: 0, firstTarget: 0, firstReadout: 0 },
      { row: 0, firstTarget: 4, firstReadout: 0 },
      { row: 1, firstTarget: 0, firstReadout: 0 },
    ]);
  });

  it("keeps every token and target, within the length, whatever is packed", () => {
    fc.assert(
      fc.property(
        fc.array(anyRow, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 20, max: 64 }),
        (rows, length) => {
          const packed = pack(rows, length);
          for (const { tokens } of packed.rows) expect(tokens.length).toBeLessThanOrEqual(length);
          for (const [i, { row, firstTarget }] of packed.places.entries()) {
            const { tokens, targets } = packed.rows[row]!;
            const there = targets.slice(firstTarget, firstTarget + rows[i]!.targets.length);
            expect(Array.from(there, (t) => tokens[t])).toEqual(
              Array.from(rows[i]!.targets, (t) => rows[i]!.tokens[t]),
            );
          }
          const count = (batch: readonly { targets: Int32Array }[]) =>
            batch.reduce((n, { targets }) => n + targets.length, 0);
          expect(count(packed.rows)).toBe(count(rows));
        },
      ),
    );
  });

  it("gives a sequence longer than the rows a row of its own", () => {
    const packed = pack([row(1, 2), row(1, 2, 3, 4, 5)], 4);
    expect(packed.rows.map(({ tokens }) => tokens.length)).toEqual([5, 2]);
  });
});

describe("packing", () => {
  const batch = [row(1, 2), row(3, 4, 5, 6, 7), row(8, 9, 10), row(1, 1, 1, 1)];
  const use = { adapter: "a" };
  const lora = { rank: 2, alpha: 4 };
  const objective: Objective = ({ logProbs }) => ({
    upstream: { logProbs: logProbs.map((r, i) => r.map((_, k) => -(i + 1) / (k + 2))) },
    metrics: Object.fromEntries(logProbs.map((r, i) => [`row ${i}`, r.reduce((a, b) => a + b)])),
  });

  it("gives the values, metrics and gradients of the engine behind it", async () => {
    const hyper = { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 };
    const learned = async (length: number | null) => {
      const engine = new BigramEngine();
      const model = length ? packing(engine, length) : engine;
      engine.createAdapter("a", lora, 1);
      const forward = await model.forward(batch, use);
      const metrics: Metrics = await model.accumulate(batch, use, objective);
      const known = await model.accumulateKnown(batch, use, objective(forward).upstream);
      const { gradNorm } = await engine.step(hyper);
      return { forward, metrics, known, gradNorm };
    };
    const plain = await learned(null);
    const packed = await learned(8);
    expect(packed.forward).toEqual(plain.forward);
    expect(packed.known).toEqual(plain.known);
    expect(packed.metrics).toEqual(plain.metrics);
    expect(packed.gradNorm).toBeCloseTo(plain.gradNorm, 10);
  });

  it("chooses a row length that holds the longest sequence", () => {
    expect(rowLengthFor([row(1, 2)])).toBe(128);
    expect(rowLengthFor([sequence(new Int32Array(100), new Int32Array(29))])).toBe(256);
  });
});
