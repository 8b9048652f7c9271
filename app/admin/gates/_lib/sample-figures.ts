// The figures of a sample by whose reply they are about: the live one's end in "/live".

/** Figures that compare both replies; above 0 the candidate's is ahead. */
const OF_BOTH = "margin";
const LIVE = "/live";

/** Figures of one reply, and only those that have words. */
export interface ReplyFigures {
  tokens?: number;
  /** Of a check: 1 or 0. */
  passed?: number;
}

interface SampleFigures {
  candidate: ReplyFigures;
  live: ReplyFigures;
  margin: number | null;
}

export function figuresOf(figures: Readonly<Record<string, number>>): SampleFigures {
  const of = (ending: string): ReplyFigures => ({
    tokens: figures[`tokens${ending}`],
    passed: figures[`passed${ending}`],
  });
  return { candidate: of(""), live: of(LIVE), margin: figures[OF_BOTH] ?? null };
}
