/** Measuring an adapter: figures checked against ones worked out from single log-probabilities. */

import { beforeEach, describe, expect, it } from "vitest";
import type { GenerateEvent, GenerateRequest, ServingBackend } from "../../../server/engine-client.ts";
import type { TokenSequence } from "../../../trainer/engine/contract.ts";
import { evaluateImitation, evaluatePreferences, evaluateReplies, sampleReplies } from "../../../trainer/evaluate.ts";
import { trainDpo } from "../../../trainer/methods/dpo.ts";
import { BigramEngine } from "../../helpers/bigram-engine.ts";
import { dpoRun, someDialogues, somePairs } from "../methods/runs.ts";

const pairs = somePairs(24, 8);
let engine: BigramEngine;
beforeEach(async () => {
  engine = new BigramEngine();
  engine.loadAdapter("candidate", await trainDpo(dpoRun({}, { epochs: 10 }).run));
  engine.createAdapter("fresh", { rank: 2, alpha: 4 }, 1);
});

async function logProb(row: TokenSequence, adapter: string | null): Promise<number> {
  const { logProbs } = await engine.forward([row], { adapter });
  return logProbs[0]!.reduce((a, b) => a + b);
}

describe("evaluatePreferences", () => {
  it("counts the pairs a model ranks as people did, against base and live adapter", async () => {
    const metrics = await evaluatePreferences(engine, { candidate: "candidate", live: "fresh" }, pairs);
    let [gains, ranked, rankedByBase, margin] = [0, 0, 0, 0];
    for (const { chosen, rejected } of pairs) {
      const own = (await logProb(chosen, "candidate")) - (await logProb(rejected, "candidate"));
      const base = (await logProb(chosen, null)) - (await logProb(rejected, null));
      if (own > base) gains++;
      if (own > 0) ranked++;
      if (base > 0) rankedByBase++;
      margin += (own - base) / pairs.length;
    }
    expect(metrics["heldout/pairs"]).toBe(24);
    expect(metrics["heldout/accuracy"]).toBe(gains / 24);
    expect(metrics["heldout/margin"]).toBeCloseTo(margin, 10);
    expect(metrics["heldout/ranking"]).toBe(ranked / 24);
    expect(metrics["heldout/ranking_base"]).toBe(rankedByBase / 24);
    // Trained to prefer tokens 1–4 over 5–8, it does so where it was not trained; a fresh adapter is the base.
    expect(metrics["heldout/accuracy"]).toBeGreaterThan(0.9);
    expect(metrics["heldout/margin_live"]).toBe(0);
    expect(metrics["heldout/ranking_live"]).toBe(rankedByBase / 24);
  });

  it("leaves the live figures out where the bare base is live, and all where nothing was held out", async () => {
    const metrics = await evaluatePreferences(engine, { candidate: "candidate", live: null }, pairs);
    expect(Object.keys(metrics).filter((name) => name.endsWith("_live"))).toEqual([]);
    expect(await evaluatePreferences(engine, { candidate: "candidate", live: null }, [])).toEqual({
      "heldout/pairs": 0,
    });
  });
});

describe("evaluateImitation", () => {
  it("is the mean over all target tokens, for the base and for an adapter", async () => {
    const dialogues = someDialogues(40);
    for (const adapter of [null, "candidate"]) {
      const { logProbs, correct } = await engine.forward(
        dialogues.map(({ sequence }) => sequence),
        { adapter },
      );
      const [all, right] = [logProbs.flatMap((row) => [...row]), correct.flatMap((row) => [...row])];
      const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
      const measured = await evaluateImitation(engine, adapter, dialogues);
      expect(measured.tokens).toBe(all.length);
      expect(measured.loss).toBeCloseTo(-mean(all), 12);
      expect(measured.accuracy).toBeCloseTo(mean(right), 12);
    }
  });
});

describe("evaluateReplies", () => {
  const prompt = Int32Array.of(1, 2);
  const replies = [
    { prompt, completion: [3, 4, 0] },
    { prompt, completion: [5] },
  ];

  it("gives mean lengths and the mean log-ratio to the base", async () => {
    const ofBase = [{ prompt, completion: [1, 2, 3, 4, 5] }];
    const metrics = await evaluateReplies(engine, "candidate", { ofCandidate: replies, ofBase });
    let ratio = 0;
    for (const { completion } of replies) {
      const tokens = Int32Array.from([...prompt, ...completion]);
      const row = { tokens, targets: Int32Array.from(completion, (_, i) => 2 + i) };
      ratio += ((await logProb(row, "candidate")) - (await logProb(row, null))) / 2;
    }
    expect(metrics["replies/kl_base"]).toBeCloseTo(ratio, 10);
    expect(metrics).toMatchObject({ "replies/prompts": 2, "replies/tokens": 2, "replies/tokens_base": 5 });
  });

  it("finds no distance where nothing was learned", async () => {
    const metrics = await evaluateReplies(engine, "fresh", { ofCandidate: replies, ofBase: [] });
    expect(metrics["replies/kl_base"]).toBe(0);
  });

  it("says when there was nothing to measure", async () => {
    expect(await evaluateReplies(engine, "fresh", { ofCandidate: [], ofBase: [] })).toEqual({ "replies/prompts": 0 });
  });
});

describe("sampleReplies", () => {
  it("asks for the model's own distribution, one prompt after another, and keeps whole completions", async () => {
    const asked: GenerateRequest[] = [];
    const serving = {
      async *generate(request: GenerateRequest): AsyncIterable<GenerateEvent> {
        asked.push(request);
        yield { type: "token", tokenIds: [7], text: "x", logProbs: [-1] };
        yield { type: "end", reason: "stop", completionTokens: 2, tokenIds: asked.length === 2 ? [] : [7, 2] };
      },
    } as unknown as ServingBackend;
    const prompts = ["a", "b", "c"].map((content) => ({
      messages: [{ role: "user" as const, content }],
      tokens: Int32Array.of(1),
    }));
    const options = { requestPrefix: "run", seed: 2 ** 31 - 1, signal: new AbortController().signal };
    const replies = await sampleReplies(serving, null, prompts, options);
    expect(replies.map(({ completion }) => completion)).toEqual([
      [7, 2],
      [7, 2],
    ]);
    expect(asked.map(({ requestId, seed }) => [requestId, seed])).toEqual([
      ["run-0", 2 ** 31 - 1],
      ["run-1", 0],
      ["run-2", 1],
    ]);
    expect(asked[0]).toMatchObject({ temperature: 1, topP: 1, topK: 0, minP: 0, adapter: null });
  });
});
