/** The SFT run on the bigram table: it learns, repeats itself, resumes and stops. */

import { describe, expect, it } from "vitest";
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
});
