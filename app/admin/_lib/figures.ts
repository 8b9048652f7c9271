// The figures an adapter carries from its run, in the order in which they tell the most, with the kind of number each is.

/** Ends of figure names that have a label and an explanation in messages/…/admin.json. */
const KNOWN = [
  { end: "rewards/accuracies", key: "accuracy", kind: "share" },
  { end: "rewards/margins", key: "margin", kind: "number" },
  { end: "loss", key: "loss", kind: "number" },
  { end: "mean_token_accuracy", key: "tokenAccuracy", kind: "share" },
  { end: "rewards/chosen", key: "chosen", kind: "number" },
  { end: "rewards/rejected", key: "rejected", kind: "number" },
  { end: "entropy", key: "entropy", kind: "number" },
] as const;

export type FigureKey = (typeof KNOWN)[number]["key"];

export interface Figure {
  name: string;
  /** Null for a figure the pages have no words for. */
  key: FigureKey | null;
  kind: "share" | "number";
  value: number;
  /** Measured on pairs the run did not train on. */
  heldOut: boolean;
}

/** Held-out figures first, then by how much they tell, unknown ones last. */
export function figures(metrics: Readonly<Record<string, number>>): Figure[] {
  const rank = ({ key, heldOut }: Figure) => {
    const place = KNOWN.findIndex((known) => known.key === key);
    return (heldOut ? 0 : 100) + (place === -1 ? 50 : place);
  };
  return Object.entries(metrics)
    .map(([name, value]): Figure => {
      const known = KNOWN.find(({ end }) => name === end || name.endsWith(`/${end}`));
      const heldOut = /^(eval|held_?out)/i.test(name);
      return { name, key: known?.key ?? null, kind: known?.kind ?? "number", value, heldOut };
    })
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}
