// What the figures of a run say: where a metric began and stands, and which sentence sums the run up.
import type { TrainingMethod } from "../../../server/domain/run-config.ts";
import type { MetricRow } from "../../_components/charts/columns.ts";

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

/** A sentence of messages/…/training.json with the figures it needs. */
export type RunSummary =
  | { key: "one" }
  | ({ key: "loss" | "exploreFree" } & Finding)
  | ({ key: "imitate" | "judge" } & Finding & { share: number })
  | ({ key: "prefer" } & Finding & { share: number; margin: number })
  | ({ key: "kto" } & Finding & { margin: number })
  | ({ key: "explore" } & Finding & { kl: number });

/** What the curves say, in the terms of the method; the plainest sentence where figures are missing. */
export function summary(method: TrainingMethod, rows: readonly MetricRow[]): RunSummary {
  const latest = (metric: string) => finding(rows, metric)?.to;
  if (method === "PPO" || method === "GRPO") {
    const reward = finding(rows, method === "PPO" ? "objective/scores" : "reward");
    const kl = latest(method === "PPO" ? "kl_per_token" : "kl");
    if (reward) return kl === undefined ? { key: "exploreFree", ...reward } : { key: "explore", ...reward, kl };
  }
  const loss = finding(rows, "loss");
  if (!loss) return { key: "one" };
  if (method === "REWARD") {
    const share = latest("accuracy");
    return share === undefined ? { key: "loss", ...loss } : { key: "judge", ...loss, share };
  }
  const margin = latest("rewards/margins");
  if (margin !== undefined) {
    const share = latest("rewards/accuracies");
    return share === undefined ? { key: "kto", ...loss, margin } : { key: "prefer", ...loss, share, margin };
  }
  const share = latest("mean_token_accuracy");
  return share === undefined ? { key: "loss", ...loss } : { key: "imitate", ...loss, share };
}

/** What was found before the first step: how good the drafts were, how the judge judged. Null when nothing was. */
export interface Gathered {
  drafts: { mean: number; best: number } | null;
  judge: { asked: number; consistent: number; kappa: number | null } | null;
}

export function gathered(rows: readonly MetricRow[]): Gathered | null {
  const read = (metric: string) => rows.find(({ values }) => Number.isFinite(values[metric]))?.values[metric];
  const [mean, best] = [read("drafts/mean_score"), read("drafts/best_score")];
  const [asked, consistent] = [read("judge/asked"), read("judge/consistent")];
  const drafts = mean !== undefined && best !== undefined ? { mean, best } : null;
  const judge =
    asked !== undefined && consistent !== undefined ? { asked, consistent, kappa: read("judge/kappa") ?? null } : null;
  return drafts || judge ? { drafts, judge } : null;
}
