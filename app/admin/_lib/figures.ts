// What a run measured on its adapter, beside the same of the release that was live then and of the model before it.

/** Rows of the table; their names and explanations are in messages/…/admin.json. */
export type FigureKey =
  | "accuracy"
  | "margin"
  | "ranking"
  | "reward"
  | "loss"
  | "tokenAccuracy"
  | "general"
  | "calibrationError"
  | "tokens"
  | "kl";

export interface FigureRow {
  key: FigureKey;
  kind: "share" | "number";
  adapter: number;
  live: number | null;
  base: number | null;
}

export interface Measured {
  /** Held-out pairs it was measured on; null when nothing was measured there. */
  pairs: number | null;
  /** Held-out examples or prompts of other kinds that it was measured on; null when there were none. */
  heldOut: number | null;
  /** Prompts it was let answer; null when it was not. */
  prompts: number | null;
  rows: FigureRow[];
  /** Figures the pages have no words for. */
  others: [name: string, value: number][];
}

/** Which metric stands in which column; names as trainer/evaluate.ts gives them. */
const ROWS: readonly { key: FigureKey; kind: FigureRow["kind"]; adapter: string; live?: string; base?: string }[] = [
  { key: "accuracy", kind: "share", adapter: "heldout/accuracy", live: "heldout/accuracy_live" },
  { key: "margin", kind: "number", adapter: "heldout/margin", live: "heldout/margin_live" },
  {
    key: "ranking",
    kind: "share",
    adapter: "heldout/ranking",
    live: "heldout/ranking_live",
    base: "heldout/ranking_base",
  },
  { key: "reward", kind: "number", adapter: "heldout/reward", base: "heldout/reward_base" },
  { key: "loss", kind: "number", adapter: "heldout/loss", live: "heldout/loss_live", base: "heldout/loss_base" },
  { key: "tokenAccuracy", kind: "share", adapter: "heldout/token_accuracy" },
  { key: "general", kind: "number", adapter: "general/loss_after", base: "general/loss_before" },
  { key: "calibrationError", kind: "share", adapter: "heldout/calibration_error" },
  { key: "tokens", kind: "number", adapter: "replies/tokens", base: "replies/tokens_base" },
  { key: "kl", kind: "number", adapter: "replies/kl_base" },
];

/** Whether the pages have words for a metric of an adapter's own, and how it is written. */
export const namedFigure = (metric: string): Pick<FigureRow, "key" | "kind"> | undefined =>
  ROWS.find(({ adapter }) => adapter === metric);

/** Bins of a plot of their own. */
const PLOTTED = "calibration/";

const COUNTS = {
  pairs: "heldout/pairs",
  examples: "heldout/examples",
  asked: "heldout/prompts",
  prompts: "replies/prompts",
} as const;

export function measured(metrics: Readonly<Record<string, number>>): Measured {
  const read = (name: string | undefined) => (name === undefined ? null : (metrics[name] ?? null));
  const rows = ROWS.flatMap(({ key, kind, ...names }) => {
    const adapter = read(names.adapter);
    return adapter === null ? [] : [{ key, kind, adapter, live: read(names.live), base: read(names.base) }];
  });
  const told = new Set<string | undefined>([
    ...Object.values(COUNTS),
    ...ROWS.flatMap(({ adapter, live, base }) => [adapter, live, base]),
  ]);
  return {
    // A count of 0 says as much as none.
    pairs: metrics[COUNTS.pairs] || null,
    heldOut: metrics[COUNTS.examples] || metrics[COUNTS.asked] || null,
    prompts: metrics[COUNTS.prompts] || null,
    rows,
    others: Object.entries(metrics).filter(([name]) => !told.has(name) && !name.startsWith(PLOTTED)),
  };
}

/** By how much replies became shorter than the base's, as a share of them; below 0 is longer. Null when not measured. */
export function shorterBy({ rows }: Measured): number | null {
  const tokens = rows.find(({ key }) => key === "tokens");
  return tokens?.base ? 1 - tokens.adapter / tokens.base : null;
}
