/** Learning on the starter, in small, of the methods that sample while they train: real engine, real llama.cpp. */

import { expect, it } from "vitest";
import { learnGrpo } from "../../../scripts/learn/grpo.ts";
import { learnPpo } from "../../../scripts/learn/ppo.ts";
import type { Outcome } from "../../../scripts/learn/shared.ts";

/** A minute and a half each on two idle cores; a busy machine may take its time. */
const LIMIT_MS = 900_000;
const quick = { seed: 1, threads: 2, quick: true };

function figure({ figures }: Outcome, name: string) {
  const found = figures.find((one) => one.name === name);
  if (!found) throw new Error(`No figure "${name}" among ${figures.map((one) => one.name).join(", ")}.`);
  return found;
}

it(
  "PPO earns more from a reward model and stays near the base",
  async () => {
    const outcome = await learnPpo(quick);
    expect(figure(outcome, "gain in standard deviations of the base's reward").after).toBeGreaterThanOrEqual(0.3);
    expect(figure(outcome, "KL from the base, nats per token").after).toBeLessThanOrEqual(0.1);
  },
  LIMIT_MS,
);

it(
  "GRPO repairs spoiled sums by nothing but whether the answer is right",
  async () => {
    const { before, after } = figure(await learnGrpo(quick), "held-out sums right, sampled at temperature 1");
    expect(before).toBeLessThan(0.7);
    expect(after).toBeGreaterThanOrEqual(before + 0.3);
  },
  LIMIT_MS,
);
