// A second telling of the rules, written otherwise than the product's: what people did in, which pairs must stand out.

export interface Model {
  /** Prompt of every reply. */
  promptOf: Map<string, string>;
  /** Replies that came to their end and say something. */
  whole: Set<string>;
  /** rater → reply → thumb */
  thumbs: Map<string, Map<string, 1 | -1>>;
  /** Comparison of drafts → who chose, what, among what. */
  choices: Map<string, { raterId: string; picked: string | null; among: string[] }>;
  /** rater → original → the text in its place */
  edits: Map<string, Map<string, string>>;
  /** Rankings by id. */
  rankings: Map<string, { raterId: string; counts: boolean; places: Map<string, number> }>;
}

export const emptyModel = (): Model => ({
  promptOf: new Map(),
  whole: new Set(),
  thumbs: new Map(),
  choices: new Map(),
  edits: new Map(),
  rankings: new Map(),
});

/** Every pair that must stand, as "prompt source better>worse: raters", in order. */
export function expectedPairs(model: Model): string[] {
  const replies = [...model.promptOf.keys()].sort();
  const lines: string[] = [];
  for (const better of replies) {
    for (const worse of replies) {
      if (better === worse || model.promptOf.get(better) !== model.promptOf.get(worse)) continue;
      for (const [source, raters] of Object.entries(whoPrefers(model, better, worse))) {
        if (raters.size === 0) continue;
        lines.push(`${model.promptOf.get(better)} ${source} ${better}>${worse}: ${[...raters].sort().join(" ")}`);
      }
    }
  }
  return lines.sort();
}

function whoPrefers(model: Model, better: string, worse: string): Record<string, Set<string>> {
  const who = {
    FEEDBACK: new Set<string>(),
    CHOICE: new Set<string>(),
    EDIT: new Set<string>(),
    RANKING: new Set<string>(),
  };
  const bothWhole = model.whole.has(better) && model.whole.has(worse);
  if (bothWhole && balance(model, better) > 0 && balance(model, worse) < 0) {
    for (const [rater, thumbs] of model.thumbs) {
      if (thumbs.get(better) === 1 || thumbs.get(worse) === -1) who.FEEDBACK.add(rater);
    }
  }
  for (const { raterId, picked, among } of model.choices.values()) {
    if (bothWhole && picked === better && among.includes(worse)) who.CHOICE.add(raterId);
  }
  for (const [rater, edits] of model.edits) {
    if (model.whole.has(worse) && edits.get(worse) === better) who.EDIT.add(rater);
  }
  for (const { raterId, counts, places } of model.rankings.values()) {
    const [high, low] = [places.get(better), places.get(worse)];
    if (counts && high !== undefined && low !== undefined && high < low) who.RANKING.add(raterId);
  }
  return who;
}

const balance = (model: Model, reply: string) =>
  [...model.thumbs.values()].reduce((sum, thumbs) => sum + (thumbs.get(reply) ?? 0), 0);
