// `npm run bench -- overoptimise`: a learned reward is optimised past what it is good for, and the monitor says where.
import { type OverOptimisation, overOptimisation } from "../../trainer/over-optimisation.ts";
import { makeProxyWorld, optimiseByBestOfK, optimiseByPpo, SEED, type Step } from "./overoptimise-runs.ts";
import { type Chart, figure } from "./svg.ts";

export interface Verdict {
  name: string;
  steps: Step[];
  seen: OverOptimisation;
  /** The step of the truly highest reward, which the monitor is not told. */
  peak: Step;
}

/** Both optimisers against one learned reward, and what the monitor makes of sampled held-out rewards. */
export function allVerdicts(): { accuracy: number; replies: number; verdicts: Verdict[] } {
  const subject = makeProxyWorld();
  const verdicts = (
    [
      ["PPO", "rl", optimiseByPpo(subject)],
      ["best-of-K", "best-of-n", optimiseByBestOfK(subject)],
    ] as const
  ).map(([name, optimiser, steps]) => ({
    name,
    steps,
    seen: overOptimisation(steps, optimiser),
    peak: steps.reduce((best, step) => (step.truth > best.truth ? step : best)),
  }));
  return { accuracy: subject.accuracy, replies: subject.world.replies.length, verdicts };
}

const ROWS = 10;

/** Prints the tables and gives the figure. */
export function benchOverOptimisation(): string {
  const { accuracy, replies, verdicts } = allVerdicts();
  console.log(
    `${replies} replies; a linear reward model from 400 noisy comparisons orders ${(100 * accuracy).toFixed(1)} % of fresh pairs right; seed ${SEED}.`,
  );
  for (const { name, steps, seen, peak } of verdicts) {
    console.log(
      `\n${name.padEnd(12)}${["√KL", "proxy", "held-out", "true"].map((word) => word.padStart(10)).join("")}`,
    );
    for (let row = 0; row <= ROWS; row++) {
      const at = Math.round((row / ROWS) * (steps.length - 1));
      const { proxy, heldOut, truth } = steps[at]!;
      const cells = [seen.distances[at]!, proxy, heldOut, truth].map((value) => value.toFixed(3).padStart(10));
      console.log(`${"".padEnd(12)}${cells.join("")}`);
    }
    const { turn, fit } = seen;
    console.log(
      turn
        ? `the monitor sees the turn at √KL ${turn.distance.toFixed(2)}, ${turn.fall.toFixed(2)} lost since; true peak at ${Math.sqrt(peak.kl).toFixed(2)}`
        : "the monitor sees no turn",
    );
    if (fit)
      console.log(
        `law fitted: α ${fit.alpha.toFixed(2)}, β ${fit.beta.toFixed(2)}, peak at ${fit.peak?.toFixed(2) ?? "–"}, ` +
          `${fit.residual.toFixed(2)} left unexplained (root mean square)`,
      );
  }
  return figure(verdicts.map(chart));
}

function chart({ name, steps, seen }: Verdict): Chart {
  const curve = (of: (step: Step) => number) => steps.map((step, i) => [seen.distances[i]!, of(step)] as const);
  const { turn } = seen;
  return {
    title: `${name} against a learned reward`,
    x: "√KL(π ‖ reference)",
    y: "expected reward",
    series: [
      { name: "proxy", points: curve(({ proxy }) => proxy) },
      { name: "true", points: curve(({ truth }) => truth) },
      { name: "held-out, as the monitor sees it", points: curve(({ heldOut }) => heldOut), dashed: true },
    ],
    ...(turn && { marks: [{ x: turn.distance, label: "turn found" }] }),
  };
}
