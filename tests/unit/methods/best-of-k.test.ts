/** Best-of-K: the best draft is what is imitated, gathered once, and the same after any interruption. */

import { describe, expect, it } from "vitest";
import type { AdapterWeights } from "../../../trainer/engine/contract.ts";
import { trainBestOfK } from "../../../trainer/methods/best-of-k.ts";
import { BigramRollouts, bigramPrompts } from "../../helpers/bigram-rollouts.ts";
import { bestOfKRun, memoryCache } from "./sampled-runs.ts";

/** Share of replies that hold token 3, sampled from these weights. */
async function shareWith3(weights: AdapterWeights | null): Promise<number> {
  const rollouts = new BigramRollouts();
  await rollouts.use(weights);
  const options = { count: 40, maxTokens: 6, temperature: 1, seed: 77 };
  const replies = (await rollouts.sample(bigramPrompts(20), options)).flat();
  return replies.filter(({ text }) => /\b3\b/.test(text)).length / replies.length;
}

describe("trainBestOfK", () => {
  it("learns from the best drafts and tells how much better they are", async () => {
    const { run, steps } = bestOfKRun({}, { drafts: 6, epochs: 12 });
    const trained = await trainBestOfK(run);
    if (trained.kind !== "adapter") throw new Error("expected an adapter");
    const [mean, best] = [steps[0]!.metrics["drafts/mean_score"]!, steps[0]!.metrics["drafts/best_score"]!];
    expect(best).toBeGreaterThan(mean + 0.2);
    expect(steps[1]!.metrics).not.toHaveProperty("drafts/mean_score");
    expect(await shareWith3(trained.weights)).toBeGreaterThan((await shareWith3(null)) + 0.2);
  });

  it("gathers once: a run resumed at any step trains on the very same drafts", async () => {
    const gatherCache = memoryCache();
    const whole = bestOfKRun({ gatherCache });
    const expected = await trainBestOfK(whole.run);
    expect(gatherCache.writes).toBe(2);
    for (const checkpoint of whole.checkpoints) {
      const rest = bestOfKRun({ gatherCache, resume: checkpoint });
      expect(await trainBestOfK(rest.run)).toEqual(expected);
      expect(rest.rollouts.seeds).toEqual([]);
    }
  });

  it("goes on in the middle of gathering, and ends the same", async () => {
    const expected = await trainBestOfK(bestOfKRun().run);
    const gatherCache = memoryCache();
    const said: string[] = [];
    const log = (sentence: string) => void said.push(sentence);
    const stopped = bestOfKRun({ gatherCache, log });
    stopped.rollouts.beforeSample = (round) => {
      if (round === 2) throw new Error("killed");
    };
    await expect(trainBestOfK(stopped.run)).rejects.toThrow("killed");
    const rest = bestOfKRun({ gatherCache, log });
    expect(await trainBestOfK(rest.run)).toEqual(expected);
    expect(rest.rollouts.seeds).toHaveLength(1);
    expect(said).toEqual(["16 of 20 prompts done.", "16 of 20 prompts were done before.", "20 of 20 prompts done."]);
  });

  it("does not believe a damaged cache", async () => {
    const gatherCache = memoryCache();
    gatherCache.text = JSON.stringify([{ completion: [] }]);
    const run = bestOfKRun({ gatherCache });
    await trainBestOfK(run.run);
    expect(run.rollouts.seeds).toHaveLength(2);
  });

  it("samples from the adapter it goes on from", async () => {
    const first = await trainBestOfK(bestOfKRun().run);
    if (first.kind !== "adapter") throw new Error("expected an adapter");
    const next = bestOfKRun({ start: first.weights });
    await trainBestOfK(next.run);
    expect(next.rollouts.used).toEqual([first.weights]);
  });

  it("stops between two portions when it is paused", async () => {
    const pause = new AbortController();
    const gatherCache = memoryCache();
    const { run, rollouts } = bestOfKRun({ gatherCache, pause: pause.signal });
    rollouts.beforeSample = () => pause.abort(new Error("later"));
    await expect(trainBestOfK(run)).rejects.toThrow("later");
    expect(gatherCache.writes).toBe(1);
  });
});
