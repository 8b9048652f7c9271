/** The SFT run on the bigram table: it learns, repeats itself, resumes and stops. */

import { describe, expect, it } from "vitest";
import { Replay } from "../../../trainer/data/replay.ts";
import type { PassOptions } from "../../../trainer/engine/contract.ts";
import { trainSft } from "../../../trainer/methods/sft.ts";
import { sftRun, someDialogues } from "./runs.ts";

describe("trainSft", () => {
  it("lowers the loss, with one forward-and-backward per micro-batch and no forward pass", async () => {
    const { run, steps, engine } = sftRun({}, { epochs: 20 });
    await trainSft(run);
    expect(steps.at(-1)!.metrics.loss).toBeLessThan(0.8 * steps[0]!.metrics.loss!);
    expect(engine.calls).toEqual({ forward: 0, accumulate: 60, step: 60 });
  });

  it("logs the mean over the step's completion tokens", async () => {
    const dialogues = someDialogues(3);
    const { run, steps, engine } = sftRun({ dialogues }, { epochs: 1, microBatchSize: 2 });
    const rows = dialogues.map(({ sequence }) => sequence);
    const { logProbs } = await engine.forward(rows, { adapter: null });
    const all = logProbs.flatMap((row) => [...row]);
    await trainSft(run);
    expect(steps[0]!.metrics.loss).toBeCloseTo(-all.reduce((a, b) => a + b) / all.length, 6);
  });

  it("gives the same adapter for the same seed, and resumes to it from any checkpoint", async () => {
    const whole = sftRun();
    const expected = await trainSft(whole.run);
    expect(await trainSft(sftRun({ seed: 6 }).run)).not.toEqual(expected);
    for (const checkpoint of whole.checkpoints)
      expect(await trainSft(sftRun({ resume: checkpoint }).run)).toEqual(expected);
  });

  it("stops when told to and refuses to run without dialogues", async () => {
    await expect(trainSft(sftRun({ cancel: AbortSignal.abort(new Error("enough")) }).run)).rejects.toThrow("enough");
    await expect(trainSft(sftRun({ dialogues: [] }).run)).rejects.toThrow(/no dialogues to train on/);
  });

  it("mixes replayed examples into the step's mean and tells their loss apart", async () => {
    const [dialogues, replay] = [someDialogues(8), someDialogues(12).slice(8)];
    const { run, steps, engine } = sftRun({ dialogues, replay }, { batchSize: 8, epochs: 1, replay: 0.2, neftune: 0 });
    const lossOf = async (examples: typeof dialogues) => {
      const { logProbs } = await engine.forward(
        examples.map(({ sequence }) => sequence),
        { adapter: null },
      );
      const all = logProbs.flatMap((row) => [...row]);
      return -all.reduce((a, b) => a + b) / all.length;
    };
    const drawn = new Replay(4, 0.2, run.seed).between(0, 8).map((i) => replay[i]!);
    expect(drawn).toHaveLength(2);
    const [own, general] = [await lossOf(dialogues), await lossOf(drawn)];
    await trainSft(run);
    expect(steps[0]!.metrics.loss).toBeCloseTo(own, 12);
    expect(steps[0]!.metrics.replay_loss).toBeCloseTo(general, 12);
    // The step itself is that of all ten examples together.
    const together = sftRun({ dialogues: [...dialogues, ...drawn] }, { batchSize: 10, epochs: 1, replay: 0 });
    await trainSft(together.run);
    expect(steps[0]!.metrics.grad_norm).toBeCloseTo(together.steps[0]!.metrics.grad_norm!, 12);
  });

  it("adds NEFTune's noise to training passes only, its own in every pass and the same when resumed", async () => {
    const noises = async (change: Parameters<typeof sftRun>[0] = {}, neftune = 5) => {
      const watched = sftRun(change, { neftune, microBatchSize: 2, checkpointEvery: 4 });
      const seen: PassOptions["noise"][] = [];
      const inner = watched.engine.accumulateKnown.bind(watched.engine);
      watched.engine.accumulateKnown = (batch, use, upstream, options?: PassOptions) => {
        seen.push(options?.noise);
        return inner(batch, use, upstream);
      };
      await trainSft(watched.run);
      return { seen, checkpoints: watched.checkpoints };
    };
    const { seen, checkpoints } = await noises();
    expect(seen).toHaveLength(15);
    expect(seen.every((noise) => noise!.alpha === 5)).toBe(true);
    expect(new Set(seen.map((noise) => noise!.seed)).size).toBe(15);
    expect((await noises({ resume: checkpoints[0]! })).seen).toEqual(seen.slice(7));
    expect((await noises({ seed: 6 })).seen).not.toEqual(seen);
    expect((await noises({}, 0)).seen.every((noise) => noise === undefined)).toBe(true);
  });
});
