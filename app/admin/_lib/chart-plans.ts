// Which figures of a run are drawn, in which chart, with which meaning and explanation, for every training method.

import type training from "../../../messages/en/training.json";
import type { TrainingMethod } from "../../../server/domain/run-config.ts";
import type { MetricRow } from "../../_components/charts/columns.ts";
import type { Meaning, Stroke } from "../../_components/charts/series.ts";

type Words = typeof training.metrics;

export interface ChartLine {
  /** As the trainer names it. */
  metric: string;
  /** Key of its name; lines found by a prefix are named by the rest of their metric. */
  label: keyof Words["line"] | { reward: string };
  meaning: Meaning;
  stroke: Stroke;
}

export interface ChartPlan {
  key: string;
  title: keyof Words["title"];
  help: keyof Words["help"];
  unit: keyof Words["unit"];
  /** Every value is above 0, so a logarithmic axis makes sense. */
  positive: boolean;
  lines: readonly ChartLine[];
  /** One line for every metric that begins so, instead of `lines`. */
  prefix?: string;
  /** Only some runs have it: without a value it is not drawn at all. */
  optional: boolean;
}

type Chart = Pick<ChartPlan, "title" | "unit"> & Partial<ChartPlan>;

/** A chart whose help has its title's key unless it says otherwise. */
const chart = (plan: Chart): ChartPlan => ({
  key: plan.title,
  help: plan.title as ChartPlan["help"],
  positive: false,
  lines: [],
  optional: false,
  ...plan,
});

const line = (
  metric: string,
  label: keyof Words["line"],
  meaning: Meaning = "accent",
  stroke: Stroke = "solid",
): ChartLine => ({ metric, label, meaning, stroke });

const loss = (help: ChartPlan["help"], positive = true) =>
  chart({ title: "loss", help, unit: "none", positive, lines: [line("loss", "loss")] });
const learningRate = chart({
  title: "learningRate",
  unit: "rate",
  positive: true,
  lines: [line("lr", "learningRate")],
});
const gradNorm = chart({ title: "gradNorm", unit: "none", positive: true, lines: [line("grad_norm", "gradNorm")] });
const OPTIMISER = [gradNorm, learningRate];
const entropy = chart({
  title: "entropy",
  unit: "perToken",
  positive: true,
  optional: true,
  lines: [line("entropy", "entropy")],
});
const tokenAccuracy = chart({
  title: "tokenAccuracy",
  unit: "share",
  optional: true,
  lines: [line("mean_token_accuracy", "tokenAccuracy")],
});
const nll = chart({ title: "nll", unit: "perToken", positive: true, optional: true, lines: [line("nll_loss", "nll")] });
const margin = (help: ChartPlan["help"]) =>
  chart({ title: "margin", help, unit: "nats", lines: [line("rewards/margins", "margin")] });
const accuracy = (metric: string) => chart({ title: "accuracy", unit: "share", lines: [line(metric, "accuracy")] });

const sides = (prefix: string, chosen: "chosen" | "liked", rejected: "rejected" | "disliked") => [
  line(`${prefix}/chosen`, chosen, "chosen"),
  line(`${prefix}/rejected`, rejected, "rejected", "dashed"),
];
const rewards = (help: ChartPlan["help"]) =>
  chart({ title: "rewards", help, unit: "nats", lines: sides("rewards", "chosen", "rejected") });
const logps = (unit: ChartPlan["unit"]) => chart({ title: "logps", unit, lines: sides("logps", "chosen", "rejected") });

/** Every reward by itself, where there are several. */
const rewardParts = chart({ title: "rewardParts", unit: "none", optional: true, prefix: "rewards/" });

const IMITATION = [
  loss("lossImitation"),
  tokenAccuracy,
  chart({
    title: "replayLoss",
    unit: "perToken",
    positive: true,
    optional: true,
    lines: [line("replay_loss", "replayLoss")],
  }),
  entropy,
  ...OPTIMISER,
];

const PREFERENCE = [
  loss("lossPreference"),
  margin("margin"),
  accuracy("rewards/accuracies"),
  rewards("rewards"),
  logps("nats"),
  nll,
  tokenAccuracy,
  entropy,
  ...OPTIMISER,
];

/** Without a reference model, likelihoods are means per token. */
const REFERENCE_FREE = [
  loss("lossCompare"),
  margin("margin"),
  accuracy("rewards/accuracies"),
  rewards("rewardsMean"),
  logps("perToken"),
];

export const CHARTS: Record<TrainingMethod, readonly ChartPlan[]> = {
  SFT: IMITATION,
  PRETRAIN: IMITATION,
  BEST_OF_K: IMITATION,
  DISTIL: IMITATION,
  REWARD: [
    loss("lossReward"),
    accuracy("accuracy"),
    chart({ title: "margin", help: "marginReward", unit: "none", lines: [line("margin", "margin")] }),
    chart({
      title: "scores",
      unit: "none",
      lines: [
        line("max_reward", "highest", "quiet", "dotted"),
        line("mean_reward", "mean"),
        line("min_reward", "lowest", "quiet", "dashed"),
      ],
    }),
    chart({ title: "centring", unit: "none", positive: true, lines: [line("centring_loss", "centring")] }),
    ...OPTIMISER,
  ],
  DPO: PREFERENCE,
  SIMPO: [...REFERENCE_FREE, tokenAccuracy, entropy, ...OPTIMISER],
  ORPO: [
    ...REFERENCE_FREE,
    nll,
    chart({
      title: "odds",
      unit: "nats",
      lines: [line("log_odds_ratio", "oddsRatio"), line("log_odds_chosen", "oddsChosen", "quiet", "dashed")],
    }),
    tokenAccuracy,
    entropy,
    ...OPTIMISER,
  ],
  KTO: [
    loss("lossKto"),
    margin("marginKto"),
    chart({ title: "rewards", unit: "nats", lines: sides("rewards", "liked", "disliked") }),
    chart({ title: "ktoKl", unit: "perReply", lines: [line("kl", "kl")] }),
    chart({ title: "logps", unit: "nats", lines: sides("logps", "liked", "disliked") }),
    tokenAccuracy,
    entropy,
    ...OPTIMISER,
  ],
  PPO: [
    chart({
      title: "reward",
      unit: "none",
      lines: [line("objective/scores", "score"), line("objective/rlhf_reward", "afterPenalty", "quiet", "dashed")],
    }),
    rewardParts,
    chart({ title: "klReference", unit: "perReply", lines: [line("objective/kl", "kl")] }),
    chart({ title: "klToken", unit: "perToken", lines: [line("kl_per_token", "kl")] }),
    chart({ title: "entropy", unit: "perToken", positive: true, lines: [line("objective/entropy", "entropy")] }),
    chart({ title: "length", unit: "tokens", positive: true, lines: [line("length", "length")] }),
    chart({ title: "eos", unit: "share", lines: [line("eos_rate", "ended")] }),
    chart({
      title: "clipFraction",
      unit: "share",
      lines: [line("policy/clipfrac", "policy"), line("val/clipfrac", "value", "candidate", "dashed")],
    }),
    chart({ title: "approxKl", unit: "perToken", lines: [line("policy/approxkl", "kl")] }),
    chart({ title: "ratio", unit: "none", positive: true, lines: [line("policy/ratio", "ratio")] }),
    chart({ title: "policyLoss", unit: "none", lines: [line("loss/policy", "policy")] }),
    chart({ title: "valueLoss", unit: "none", positive: true, lines: [line("loss/value", "value")] }),
    chart({ title: "explained", unit: "share", lines: [line("val/explained_variance", "explained")] }),
    chart({ title: "penalty", unit: "none", lines: [line("objective/non_score_reward", "penalty")] }),
    chart({ title: "klCoefficient", unit: "none", positive: true, lines: [line("kl_coefficient", "coefficient")] }),
    ...OPTIMISER,
  ],
  GRPO: [
    chart({ title: "reward", unit: "none", lines: [line("reward", "reward")] }),
    rewardParts,
    chart({ title: "groupSpread", unit: "none", lines: [line("reward_std", "spread")] }),
    chart({ title: "zeroSpread", unit: "share", lines: [line("frac_reward_zero_std", "zeroSpread")] }),
    chart({ title: "klReference", key: "kl", unit: "perToken", optional: true, lines: [line("kl", "kl")] }),
    entropy,
    chart({ title: "length", unit: "tokens", positive: true, lines: [line("completions/length", "length")] }),
    chart({ title: "cutOff", unit: "share", lines: [line("completions/clipped_ratio", "cutOff")] }),
    chart({
      title: "clipFraction",
      unit: "share",
      lines: [line("clip_ratio/low", "low"), line("clip_ratio/high", "high", "candidate", "dashed")],
    }),
    loss("lossPolicy", false),
    ...OPTIMISER,
  ],
  RLAIF: PREFERENCE,
};

/** Figures of what came before the first step; they are told in words. */
const GATHERED = ["judge/", "drafts/"];
/** Counts and times that are the log's business. */
const UNDRAWN = new Set(["tokens", "epoch"]);
const MOST_LINES = 6;
const STROKES: readonly [Meaning, Stroke][] = [
  ["accent", "solid"],
  ["candidate", "dashed"],
  ["live", "dotted"],
  ["rejected", "solid"],
  ["quiet", "dashed"],
  ["accent", "dotted"],
];

/** The charts of a method as these rows need them: lines by prefix found, charts that only some runs have left out. */
export function chartsFor(method: TrainingMethod, rows: readonly MetricRow[]): ChartPlan[] {
  const names = metricNames(rows);
  return CHARTS[method]
    .map((plan) => (plan.prefix ? { ...plan, lines: linesByPrefix(plan.prefix, names) } : plan))
    .filter(({ optional, lines }) => !optional || lines.some(({ metric }) => names.has(metric)));
}

/** Metrics the trainer recorded that no chart of the method speaks of. */
export function otherMetrics(method: TrainingMethod, rows: readonly MetricRow[]): string[] {
  const drawn = new Set(chartsFor(method, rows).flatMap(({ lines }) => lines.map(({ metric }) => metric)));
  const known = (name: string) =>
    drawn.has(name) || UNDRAWN.has(name) || GATHERED.some((prefix) => name.startsWith(prefix));
  return [...metricNames(rows)].filter((name) => !known(name)).sort();
}

/** What a curve is called wherever some method draws it, and its place among all; null where none does. */
export function namedCurve(metric: string): { plan: ChartPlan; line: ChartLine; place: number } | null {
  const plans = Object.values(CHARTS).flat();
  const place = plans.findIndex(({ lines }) => lines.some((one) => one.metric === metric));
  const plan = plans[place];
  const line = plan?.lines.find((one) => one.metric === metric);
  return plan && line ? { plan, line, place } : null;
}

/** Counts and times, which no chart is made of. */
export const isDrawn = (metric: string): boolean => !UNDRAWN.has(metric);

function metricNames(rows: readonly MetricRow[]): Set<string> {
  const names = new Set<string>();
  for (const { values } of rows) for (const name of Object.keys(values)) names.add(name);
  return names;
}

function linesByPrefix(prefix: string, names: ReadonlySet<string>): ChartLine[] {
  const found = [...names].filter((name) => name.startsWith(prefix)).sort();
  return found.slice(0, MOST_LINES).map((metric, i) => {
    const [meaning, stroke] = STROKES[i]!;
    return { metric, label: { reward: metric.slice(prefix.length) }, meaning, stroke };
  });
}
