// Canaries that are played through many times: how often, and how soon, the evidence crosses its bar when it is looked at after every word.
import { absorb, drawnAnew, harmOf, type Observation } from "../../../server/domain/canary/evidence.ts";
import type { Evidence } from "../../../server/domain/canary/state.ts";
import { logEvidenceOfLosing } from "../../../server/domain/sequential/coin.ts";
import { noProportions, observe } from "../../../server/domain/sequential/two-proportions.ts";
import { canaryPlanSchema } from "../../../server/domain/views/deployment.ts";
import { Random } from "../../../trainer/data/random.ts";

/** Uniform numbers in [0, 1) from a seed. */
export function uniform(seed: number): () => number {
  const random = new Random(seed);
  return () => random.uint32() / 2 ** 32;
}

interface Outcome {
  /** Share of the runs that crossed the bar at any moment. */
  crossed: number;
  /** Observations, of both arms, at the crossing: of half, and of nine tenths of all runs; null where not so many crossed. */
  median: number | null;
  p90: number | null;
}

function summary(crossings: readonly (number | null)[]): Outcome {
  const sorted = crossings.map((at) => at ?? Number.POSITIVE_INFINITY).toSorted((a, b) => a - b);
  const at = (share: number) => {
    const value = sorted[Math.ceil(share * sorted.length) - 1]!;
    return Number.isFinite(value) ? value : null;
  };
  return { crossed: sorted.filter(Number.isFinite).length / sorted.length, median: at(0.5), p90: at(0.9) };
}

interface Proportions {
  seed: number;
  runs: number;
  observations: number;
  /** Of the observations that are the arm's. */
  share: number;
  arm: number;
  control: number;
  bar: number;
}

/** Thumbs, say: the arm succeeds with one probability and the control with another. */
export function playProportions({ seed, runs, observations, share, arm, control, bar }: Proportions): Outcome {
  const random = uniform(seed);
  return summary(
    Array.from({ length: runs }, () => {
      let state = noProportions();
      for (let i = 1; i <= observations; i++) {
        const onArm = random() < share;
        state = observe(state, { onArm, good: random() < (onArm ? arm : control) });
        if (state.logWorse >= Math.log(bar)) return i;
      }
      return null;
    }),
  );
}

interface Stages {
  seed: number;
  runs: number;
  /** Conversations that will say something. */
  perMinute: number;
  /** Shares of the arm, each for so long. */
  shares: readonly number[];
  minutes: number;
  /** Mean minutes until whoever is displeased says so, and whoever is pleased. */
  delays: { bad: number; good: number };
  bad: number;
  bar: number;
  /** Whether only conversations that began under the present share are compared. */
  sameShare: boolean;
}

/** Two arms that are the same, of which one is given more and more, and people who say sooner that they are displeased: the share that crosses. */
export function playStages({ seed, runs, perMinute, shares, minutes, delays, bad, bar, sameShare }: Stages): number {
  const random = uniform(seed);
  const wait = (mean: number) => -mean * Math.log(1 - random());
  const stageAt = (time: number) => Math.min(shares.length - 1, Math.floor(time / minutes));
  const crossed = Array.from({ length: runs }, () => {
    const words = Array.from({ length: Math.round(perMinute * minutes * shares.length) }, () => {
      const [began, good] = [random() * minutes * shares.length, random() >= bad];
      const stage = stageAt(began);
      return { stage, onArm: random() < shares[stage]!, good, at: began + wait(good ? delays.good : delays.bad) };
    }).sort((a, b) => a.at - b.at);
    let state = emptyState();
    let stage = 0;
    for (const { onArm, good, at, ...word } of words) {
      if (sameShare && stageAt(at) > stage) state = drawnAnew(state, "");
      stage = stageAt(at);
      if (sameShare && word.stage < stage) continue;
      state = absorb(state, { metric: "thumbs", onArm, value: good ? 1 : 0 });
      if (state.thumbs.peakWorse >= Math.log(bar)) return true;
    }
    return false;
  });
  return crossed.filter(Boolean).length / runs;
}

/** Comparisons side by side that the arm wins with this probability. */
export function playCoin({
  seed,
  runs,
  comparisons,
  wins,
  bar,
}: {
  seed: number;
  runs: number;
  comparisons: number;
  wins: number;
  bar: number;
}): Outcome {
  const random = uniform(seed);
  return summary(
    Array.from({ length: runs }, () => {
      let won = 0;
      for (let i = 1; i <= comparisons; i++) {
        won += random() < wins ? 1 : 0;
        if (logEvidenceOfLosing(won, i - won) >= Math.log(bar)) return i;
      }
      return null;
    }),
  );
}

export const emptyState = (): Evidence => ({
  ...{ repliesAfter: "", judgementsAfter: "0", drawnAfter: "" },
  ...{ thumbs: noProportions(), regenerate: noProportions(), errors: noProportions() },
  latency: { ...noProportions(), recent: [], pace: null },
  sideBySide: { wins: 0, losses: 0, ties: 0, peakWorse: 0 },
});

/** Whole canaries with all five metrics at once, of two arms that are the same: the share that is rolled back. */
export function playSame({ seed, runs, words }: { seed: number; runs: number; words: number }): number {
  const random = uniform(seed);
  const plan = canaryPlanSchema.parse({});
  const rolledBack = Array.from({ length: runs }, () => {
    let state = emptyState();
    for (let i = 0; i < words; i++) {
      state = absorb(state, sameWord(random));
      if (harmOf(state, plan)) return true;
    }
    return false;
  });
  return rolledBack.filter(Boolean).length / runs;
}

function sameWord(random: () => number): Observation {
  const onArm = random() < 0.3;
  const [which, outcome] = [random(), random()];
  if (which < 0.35) return { metric: "errors", onArm, value: outcome < 0.03 ? 0 : 1 };
  // Log-normal times, as those of replies are.
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  if (which < 0.7) return { metric: "latency", onArm, value: 30 * Math.exp(0.5 * normal) * (onArm ? 1.5 : 1) };
  if (which < 0.85) return { metric: "regenerate", onArm, value: outcome < 0.2 ? 0 : 1 };
  if (which < 0.95) return { metric: "thumbs", onArm, value: outcome < 0.7 ? 1 : 0 };
  return { metric: "sideBySide", onArm: true, value: outcome < 0.2 ? 0.5 : outcome < 0.6 ? 1 : 0 };
}
