/** The KTO run: its reference point, batches of one class, and what it cannot be run on. */

import { describe, expect, it } from "vitest";
import { sequence } from "../../../trainer/data/tokenise.ts";
import { mismatchedRows, trainKto } from "../../../trainer/methods/kto.ts";
import { BigramEngine } from "../../helpers/bigram-engine.ts";
import { ktoRun, someThumbs } from "./runs.ts";

const promptOf = ({ tokens, targets }: { tokens: Int32Array; targets: Int32Array }) => tokens.slice(0, targets[0]);

describe("trainKto", () => {
  it("starts where policy and reference are one: every reply has half its weight as loss, and z is 0", async () => {
    const { run, steps } = ktoRun({}, { batchSize: 10 });
    await trainKto(run);
    expect(steps[0]!.metrics).toMatchObject({
      kl: 0,
      "rewards/chosen": 0,
      "rewards/rejected": 0,
      "rewards/margins": 0,
    });
    expect(steps[0]!.metrics.loss).toBeCloseTo(0.5, 12);
  });

  it("makes liked replies likelier than disliked ones, and reports the class figures", async () => {
    const { run, steps } = ktoRun({}, { epochs: 60, batchSize: 10 });
    await trainKto(run);
    const [first, last] = [steps[0]!.metrics, steps.at(-1)!.metrics];
    expect(last["rewards/margins"]).toBeGreaterThan(0.3);
    expect(last["logps/chosen"]! - last["logps/rejected"]!).toBeGreaterThan(
      first["logps/chosen"]! - first["logps/rejected"]!,
    );
    expect(last["rewards/margins"]).toBeCloseTo(last["rewards/chosen"]! - last["rewards/rejected"]!, 12);
  });

  it("measures z under the policy as it stands, on replies to other prompts", async () => {
    // Liked replies share their tokens, so likes alone make other prompts' replies likelier too, and z rises above 0.
    const thumbs = someThumbs(20).filter(({ liked }) => liked);
    const { run, steps, engine, checkpoints } = ktoRun({ thumbs }, { batchSize: 10, checkpointEvery: 1, epochs: 6 });
    await trainKto(run);
    const rows = mismatchedRows(run.thumbs, run.seed);
    const means = async (adapter: string | null) => {
      const { logProbs } = await engine.forward(rows, { adapter });
      return logProbs.reduce((total, row) => total + row.reduce((a, b) => a + b), 0) / rows.length;
    };
    for (const { step, optimiser } of checkpoints) {
      engine.restore({ adapter: "policy" }, optimiser);
      const z = (await means("policy")) - (await means(null));
      expect(z).toBeGreaterThan(0);
      expect(steps[step]!.metrics.kl).toBeCloseTo(z, 10);
    }
  });

  it("learns from likes alone or dislikes alone, and has no figures of the other class", async () => {
    for (const liked of [true, false]) {
      const thumbs = someThumbs(10).filter((thumb) => thumb.liked === liked);
      const { run, steps } = ktoRun({ thumbs }, { epochs: 20 });
      await trainKto(run);
      const [present, missing] = liked ? ["chosen", "rejected"] : ["rejected", "chosen"];
      const last = steps.at(-1)!.metrics;
      expect(Math.sign(last[`rewards/${present}`]!)).toBe(liked ? 1 : -1);
      for (const name of [`rewards/${missing}`, `logps/${missing}`, "rewards/margins"])
        expect(last).not.toHaveProperty(name);
    }
  });

  it("gets through an epoch whose last step has one reply", async () => {
    const { run, steps } = ktoRun({ thumbs: someThumbs(9) }, { batchSize: 4 });
    await trainKto(run);
    expect(steps).toHaveLength(9);
  });

  it("computes the reference once and reads it back when resumed", async () => {
    let kept: unknown = null;
    const referenceCache = {
      read: async () => kept,
      write: async (value: unknown) => {
        kept = JSON.parse(JSON.stringify(value));
      },
    };
    const whole = ktoRun({ referenceCache });
    const expected = await trainKto(whole.run);
    const rest = ktoRun({ referenceCache, resume: whole.checkpoints[1]! });
    expect(await trainKto(rest.run)).toEqual(expected);
    // z takes one forward pass a step, five steps were left; the reference none.
    expect(rest.engine.calls.forward).toBe(5);
    kept = { own: [1], mismatched: [1] };
    expect(await trainKto(ktoRun({ referenceCache }).run)).toEqual(expected);
  });

  it("stops when the reference is another model than the one it starts from", async () => {
    const wrong = { own: new Array(10).fill(-3), mismatched: new Array(10).fill(-3) };
    const { run, steps } = ktoRun({ referenceCache: { read: async () => wrong, write: async () => {} } });
    await expect(trainKto(run)).rejects.toMatchObject({ code: "REFERENCE_MISMATCH" });
    expect(steps).toEqual([]);
  });

  it("refuses thumbs on a single prompt, in a sentence", async () => {
    const [one] = someThumbs(1);
    await expect(trainKto(ktoRun({ thumbs: [one!, one!, { ...one!, liked: false }] }).run)).rejects.toThrow(
      /at least two different prompts, found one prompt/,
    );
  });

  it("goes on from an adapter with that adapter as its reference", async () => {
    const start = await trainKto(ktoRun({}, { epochs: 10 }).run);
    const engine = new BigramEngine();
    const second = ktoRun({ start, engine });
    await trainKto(second.run);
    expect(second.steps[0]!.metrics["rewards/chosen"]).toBe(0);
    expect(() => engine.exportAdapter("reference")).toThrow(/No adapter/);
  });
});

describe("mismatchedRows", () => {
  const thumbs = someThumbs(40);

  it("keeps every prompt and takes the reply from a thumb with another prompt", () => {
    const replies = thumbs.map(({ sequence }) => sequence.tokens.slice(sequence.targets[0]).join());
    for (const [i, row] of mismatchedRows(thumbs, 3).entries()) {
      const prompt = promptOf(thumbs[i]!.sequence);
      expect(promptOf(row)).toEqual(prompt);
      const reply = row.tokens.slice(row.targets[0]).join();
      const givers = thumbs.filter(
        (_, k) => replies[k]!.startsWith(reply) && promptOf(thumbs[k]!.sequence).join() !== prompt.join(),
      );
      expect(givers.length).toBeGreaterThan(0);
    }
  });

  it("never makes a row longer than the longest real one", () => {
    const tokens = (length: number) => Int32Array.from({ length }, (_, i) => i % 12);
    const [long, short] = [sequence(tokens(20), tokens(2)), sequence(tokens(3), tokens(15))];
    const [first, second] = mismatchedRows(
      [long, short].map((row) => ({ sequence: row, liked: true, weight: 1 })),
      3,
    );
    expect(first!.tokens).toHaveLength(22);
    expect(first!.targets).toEqual(Int32Array.of(20, 21));
    expect(second!.tokens).toHaveLength(5);
  });
});
