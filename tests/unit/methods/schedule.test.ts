/** The learning rate's course and the defaults that follow from model and data. */

import { describe, expect, it } from "vitest";
import {
  countParameters,
  defaultsBeside,
  plannedSteps,
  resolveRunConfig,
  storedRunConfig,
} from "../../../server/domain/run-config.ts";
import { learningRateAt } from "../../../trainer/methods/run.ts";

describe("learningRateAt", () => {
  const course = (total: number) => Array.from({ length: total }, (_, i) => learningRateAt(i + 1, total, 1, 0.1));

  it("climbs over the first tenth, peaks, and falls along a cosine towards 0", () => {
    const rates = course(100);
    expect(rates.slice(0, 11)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1]);
    expect(rates[55]).toBeCloseTo(0.5, 10);
    expect(rates.at(-1)).toBeGreaterThan(0);
    expect(rates.at(-1)).toBeLessThan(0.001);
    for (let i = 11; i < 100; i++) expect(rates[i]).toBeLessThan(rates[i - 1]!);
  });

  it.each([1, 2, 3])("moves at every step of a run of %d", (total) => {
    for (const rate of course(total)) expect(rate).toBeGreaterThan(0);
  });
});

describe("defaultsBeside", () => {
  const scale = { parameters: 5e6, examples: 100 };

  it("calls only what was chosen different, and not what follows from it", () => {
    const config = resolveRunConfig("SFT", { epochs: 2, tuning: "prefix" }, scale);
    const defaults = defaultsBeside("SFT", config, scale);
    const changed = Object.keys(config).filter(
      (key) => JSON.stringify(config[key as keyof typeof config]) !== JSON.stringify(defaults[key]),
    );
    expect(changed.sort()).toEqual(["epochs", "tuning"]);
    expect(config.sampleEvery).not.toBe(resolveRunConfig("SFT", {}, scale).sampleEvery);
    expect(config.learningRate).not.toBe(resolveRunConfig("SFT", {}, scale).learningRate);
    expect(defaultsBeside("SFT", { ...config, version: 0 }, scale)).toEqual(resolveRunConfig("SFT", {}, scale));
  });
});

describe("resolveRunConfig", () => {
  it("fills every field in, and keeps what was chosen", () => {
    const config = resolveRunConfig("DPO", { beta: 0.3, epochs: 2 }, { parameters: 7e9, examples: 100 });
    expect(config).toMatchObject({ version: 1, beta: 0.3, epochs: 2, rank: 16, alpha: 32, learningRate: 1e-5 });
    expect(plannedSteps(config, 100)).toBe(2 * 13);
    expect(resolveRunConfig("DPO", config, { parameters: 1, examples: 1 })).toEqual(config);
  });

  it("learns faster on a smaller model and passes more often over less data", () => {
    const small = resolveRunConfig("DPO", {}, { parameters: 5e6, examples: 30 });
    const large = resolveRunConfig("DPO", {}, { parameters: 5e9, examples: 3000 });
    expect(small.learningRate).toBeGreaterThan(large.learningRate);
    expect(small.epochs).toBeGreaterThan(large.epochs);
    expect(large.epochs).toBe(1);
  });

  it("takes another rate for what is not LoRA, within the range that is allowed", () => {
    const rate = (tuning: string, parameters = 5e6) =>
      resolveRunConfig("SFT", { tuning }, { parameters, examples: 30 }).learningRate;
    expect(rate("full")).toBeLessThan(rate("lora"));
    expect(rate("bottleneck")).toBeGreaterThan(rate("lora"));
    expect(rate("prefix")).toBeGreaterThan(rate("prompt"));
    for (const tuning of ["lora", "full", "prompt", "prefix", "bottleneck"]) {
      expect(rate(tuning, 7e9)).toBeLessThan(rate(tuning));
      expect(rate(tuning, 1)).toBeLessThanOrEqual(1);
    }
    expect(rate("full", 7e9)).toBe(2e-5);
  });

  it("stays within the rates that were measured to work on the starter", () => {
    const { learningRate, epochs } = resolveRunConfig("DPO", {}, { parameters: 5_005_312, examples: 32 });
    expect(learningRate).toBeGreaterThanOrEqual(5e-4);
    expect(learningRate).toBeLessThanOrEqual(1e-3);
    expect(plannedSteps({ epochs, batchSize: 8 }, 32)).toBe(60);
  });

  it("refuses unknown fields and values out of range", () => {
    expect(() => resolveRunConfig("DPO", { bta: 1 }, { parameters: 1, examples: 1 })).toThrow(/bta/);
    expect(() => resolveRunConfig("SFT", { beta: 1 }, { parameters: 1, examples: 1 })).toThrow(/beta/);
    expect(() => resolveRunConfig("DPO", { rank: 0 }, { parameters: 1, examples: 1 })).toThrow();
  });

  it("reads stored settings back, and refuses ones that lack something or are another method's", () => {
    const stored = resolveRunConfig("DPO", {}, { parameters: 5e6, examples: 30 });
    expect(storedRunConfig("DPO", JSON.parse(JSON.stringify(stored)))).toEqual(stored);
    expect(() => storedRunConfig("DPO", { ...stored, learningRate: undefined })).toThrow(/learningRate/);
    expect(() => storedRunConfig("SFT", stored)).toThrow(/beta/);
    expect(() => storedRunConfig("DPO", { ...stored, version: 2 })).toThrow(/version/);
  });

  it("counts a model's weights", () => {
    // The 5M starter: 6 layers, width 256, 8/4 heads of 32, feed-forward 688, 2,560 tied tokens.
    const shape = { layers: 6, width: 256, heads: 8, kvHeads: 4, headWidth: 32, feedForward: 688, vocabulary: 2560 };
    expect(countParameters({ ...shape, tiedEmbeddings: true })).toBe(5_005_312);
  });
});
