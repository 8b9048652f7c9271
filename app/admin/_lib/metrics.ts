// Which figures of a run are drawn, in which chart, with which meaning; and what the latest of them say.
import type { MetricRow } from "../../_components/charts/columns.ts";
import type { Meaning, Stroke } from "../../_components/charts/series.ts";

export type Method = "SFT" | "DPO";

/** Charts of a run page; also the keys of their titles and explanations in messages/…/admin.json. */
export type ChartKey =
  | "loss"
  | "margin"
  | "accuracy"
  | "rewards"
  | "logps"
  | "tokenAccuracy"
  | "entropy"
  | "gradNorm"
  | "learningRate";

export type LineKey =
  | "loss"
  | "margin"
  | "accuracy"
  | "chosen"
  | "rejected"
  | "tokenAccuracy"
  | "entropy"
  | "gradNorm"
  | "learningRate";

interface ChartLine {
  /** As the trainer names it. */
  metric: string;
  label: LineKey;
  meaning: Meaning;
  stroke: Stroke;
}

export interface ChartPlan {
  key: ChartKey;
  unit: "nats" | "share" | "rate" | "none";
  /** Every value is above 0, so a logarithmic axis makes sense. */
  positive: boolean;
  lines: readonly ChartLine[];
}

const single = (metric: string, label: LineKey): ChartLine => ({ metric, label, meaning: "accent", stroke: "solid" });

const LOSS: ChartPlan = { key: "loss", unit: "nats", positive: true, lines: [single("loss", "loss")] };
const COMMON: readonly ChartPlan[] = [
  { key: "tokenAccuracy", unit: "share", positive: false, lines: [single("mean_token_accuracy", "tokenAccuracy")] },
  { key: "entropy", unit: "nats", positive: true, lines: [single("entropy", "entropy")] },
  { key: "gradNorm", unit: "none", positive: true, lines: [single("grad_norm", "gradNorm")] },
  { key: "learningRate", unit: "rate", positive: true, lines: [single("lr", "learningRate")] },
];

const sides = (prefix: string): readonly ChartLine[] => [
  { metric: `${prefix}/chosen`, label: "chosen", meaning: "chosen", stroke: "solid" },
  { metric: `${prefix}/rejected`, label: "rejected", meaning: "rejected", stroke: "dashed" },
];

export const CHARTS: Record<Method, readonly ChartPlan[]> = {
  DPO: [
    LOSS,
    { key: "margin", unit: "nats", positive: false, lines: [single("rewards/margins", "margin")] },
    { key: "accuracy", unit: "share", positive: false, lines: [single("rewards/accuracies", "accuracy")] },
    { key: "rewards", unit: "nats", positive: false, lines: sides("rewards") },
    { key: "logps", unit: "nats", positive: false, lines: sides("logps") },
    ...COMMON,
  ],
  SFT: [LOSS, ...COMMON],
};

export interface Finding {
  from: number;
  to: number;
}

/**
 * First and latest value of a metric, each as the mean over a tenth of the rows (at least one, at most ten), since a
 * single step is noise. Null until there are two rows.
 */
export function finding(rows: readonly MetricRow[], metric: string): Finding | null {
  const values = rows.map((row) => row.values[metric]).filter((value) => value !== undefined && Number.isFinite(value));
  if (values.length < 2) return null;
  const few = Math.min(10, Math.max(1, Math.floor(values.length / 10)));
  const mean = (some: readonly (number | undefined)[]) =>
    some.reduce((sum: number, v) => sum + (v ?? 0), 0) / some.length;
  return { from: mean(values.slice(0, few)), to: mean(values.slice(-few)) };
}
