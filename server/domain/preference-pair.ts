/**
 * From judgements to preference pairs: the rules, and nothing else. Pure (no clock, database or randomness), so the pairs behind
 * a Dataset can always be worked out again.
 *
 * 1. Sibling replies, one liked and one disliked: a pair. 2. Side by side, one picked: a pair with each other one; a tie or
 * "both bad" makes none. 3. An edit: the edited text over the model's. 4. A ranking: every two that are not tied.
 * 5. A lone thumb makes no pair. Nothing is ever paired across prompts, and a rater who says the same thing twice counts once.
 */

import type { PairSource } from "../../prisma/generated/enums.ts";

interface Judged {
  /** The prompt that all the replies of the judgement answer. */
  promptId: string;
  raterId: string;
}

export type Judgement =
  | (Judged & { kind: "FEEDBACK"; messageId: string; value: number })
  | (Judged & { kind: "CHOICE"; chosenId: string; otherIds: readonly string[] })
  | (Judged & { kind: "EDIT"; editedId: string; originalId: string })
  /** Rank 1 is best; equal ranks are a tie. */
  | (Judged & { kind: "RANKING"; ranks: readonly { messageId: string; rank: number }[] });

export interface DerivedPair {
  promptId: string;
  chosenId: string;
  rejectedId: string;
  source: PairSource;
  /** Whose judgement it rests on, ascending. */
  raterIds: string[];
}

/** Pairs in a fixed order, whatever the order of the judgements. */
export function pairsFrom(judgements: readonly Judgement[]): DerivedPair[] {
  const pairs = new Map<string, { pair: Omit<DerivedPair, "raterIds">; raters: Set<string> }>();
  const add = (pair: Omit<DerivedPair, "raterIds">, raterIds: Iterable<string>) => {
    if (pair.chosenId === pair.rejectedId) return;
    const key = `${pair.promptId} ${pair.chosenId} ${pair.rejectedId} ${pair.source}`;
    const known = pairs.get(key) ?? { pair, raters: new Set() };
    for (const raterId of raterIds) known.raters.add(raterId);
    pairs.set(key, known);
  };

  for (const judgement of judgements) {
    const { promptId, raterId, kind: source } = judgement;
    const prefer = (chosenId: string, rejectedId: string) => add({ promptId, chosenId, rejectedId, source }, [raterId]);
    switch (judgement.kind) {
      case "CHOICE":
        for (const otherId of judgement.otherIds) prefer(judgement.chosenId, otherId);
        break;
      case "EDIT":
        prefer(judgement.editedId, judgement.originalId);
        break;
      case "RANKING":
        for (const better of judgement.ranks) {
          for (const worse of judgement.ranks) if (better.rank < worse.rank) prefer(better.messageId, worse.messageId);
        }
        break;
    }
  }
  const thumbs = judgements.filter((judgement) => judgement.kind === "FEEDBACK");
  for (const { raterIds, ...pair } of pairsFromFeedback(thumbs)) add(pair, raterIds);

  return [...pairs.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { pair, raters }]) => ({ ...pair, raterIds: [...raters].sort() }));
}

type Thumb = Extract<Judgement, { kind: "FEEDBACK" }>;

/** Liked and disliked go by the sum of the thumbs: a reply about which raters are evenly split says nothing. */
function pairsFromFeedback(thumbs: readonly Thumb[]): DerivedPair[] {
  const pairs: DerivedPair[] = [];
  for (const promptId of new Set(thumbs.map((thumb) => thumb.promptId))) {
    const replies = new Map<string, Map<string, number>>(); // by reply: each rater's one thumb
    for (const { messageId, raterId, value } of thumbs.filter((thumb) => thumb.promptId === promptId)) {
      replies.set(messageId, (replies.get(messageId) ?? new Map()).set(raterId, Math.sign(value)));
    }
    const sum = (votes: Map<string, number>) => [...votes.values()].reduce((total, value) => total + value, 0);
    const supporters = (votes: Map<string, number>, sign: number) =>
      [...votes].filter(([, value]) => value === sign).map(([raterId]) => raterId);
    const liked = [...replies].filter(([, votes]) => sum(votes) > 0);
    const disliked = [...replies].filter(([, votes]) => sum(votes) < 0);
    for (const [chosenId, up] of liked) {
      for (const [rejectedId, down] of disliked) {
        const raterIds = [...new Set([...supporters(up, 1), ...supporters(down, -1)])];
        pairs.push({ promptId, chosenId, rejectedId, source: "FEEDBACK", raterIds });
      }
    }
  }
  return pairs;
}
