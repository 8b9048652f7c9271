/** Learning on the starter, in small: every method moves what it is meant to move on held-out prompts, and nothing it is not. */

import { expect, it, vi } from "vitest";
import { learnDpo } from "../../../scripts/learn/dpo.ts";
import { learnKto } from "../../../scripts/learn/kto.ts";
import { learnReward } from "../../../scripts/learn/reward.ts";
import { learnSft } from "../../../scripts/learn/sft.ts";
import type { Outcome } from "../../../scripts/learn/shared.ts";

// Each is some 30 to 60 seconds of one core; a shared machine may take several times that.
vi.setConfig({ testTimeout: 900_000 });

const quick = { seed: 1, threads: 1, quick: true };

function figure({ figures }: Outcome, name: string) {
  const found = figures.find((one) => one.name === name);
  if (!found) throw new Error(`No figure "${name}" among ${figures.map((one) => one.name).join(", ")}.`);
  return found;
}

it("SFT teaches a form it has never seen, and replay keeps what it knew", async () => {
  const outcome = await learnSft(quick, "signs");
  const exact = figure(outcome, "held-out facts, right and in the form");
  expect(exact.before).toBe(0);
  expect(exact.after).toBeGreaterThanOrEqual(0.1);
  // Two implementations of one model: what the engine finds likeliest is what llama.cpp says.
  expect(Math.abs(figure(outcome, "the same as llama.cpp says it").after - exact.after)).toBeLessThanOrEqual(0.05);
  expect(figure(outcome, "held-out loss, nats per token").after).toBeLessThan(2);
  expect(figure(outcome, "other questions still right").after).toBeGreaterThanOrEqual(0.85);
});

it("a reward model learns a hidden taste through noisy labels", async () => {
  const outcome = await learnReward(quick);
  expect(figure(outcome, "held-out accuracy, true labels").after).toBeGreaterThanOrEqual(0.85);
});

it("DPO gives it another name in both languages without costing it its sums", async () => {
  const outcome = await learnDpo(quick);
  for (const language of ["English", "Chinese"]) {
    expect(figure(outcome, `says it is Nova, ${language}`).before).toBe(0);
    expect(figure(outcome, `says it is Nova, ${language}`).after).toBeGreaterThanOrEqual(0.75);
  }
  expect(figure(outcome, "taught sums right").after).toBeGreaterThanOrEqual(0.95);
});

it("KTO makes it brief from lone thumbs, and it stays right", async () => {
  const outcome = await learnKto(quick);
  const { before, after } = figure(outcome, "mean characters of a reply");
  expect(after).toBeLessThan(0.8 * before);
  expect(figure(outcome, "right answers, greedy").after).toBeGreaterThanOrEqual(0.9);
});
