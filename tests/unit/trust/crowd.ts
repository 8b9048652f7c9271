// A made-up instance for the guards: annotators, honest people, and fifty accounts of one attacker.
import type { Role } from "../../../prisma/generated/enums.ts";
import { seededRandom } from "../../../server/domain/agreement/bootstrap.ts";
import { type CandidatePair, digestPair, type Selection, selectPairs } from "../../../server/domain/dataset-content.ts";
import { DEFAULT_GUARDS } from "../../../server/domain/dataset-guards.ts";
import type { RaterStanding } from "../../../server/domain/dataset-trust.ts";
import { type PreferenceVote, raterAccuracies } from "../../../server/domain/rater-trust.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ANNOTATORS = 6;
const PEOPLE = 50;
const SYBILS = 50;
export const THUMBS_EACH = 200;

const random = seededRandom(20261122);
const WORDS = Array.from({ length: 400 }, () =>
  Array.from({ length: 3 + Math.floor(random() * 6) }, () => "abcdefghijklmnoprstuvw"[Math.floor(random() * 22)]).join(
    "",
  ),
);
const sentence = (words: number) =>
  Array.from({ length: words }, () => WORDS[Math.floor(random() * WORDS.length)]!).join(" ");

interface Said {
  raterIds: string[];
  /** In days since the instance began. */
  day: number;
  prompt?: string;
  source?: CandidatePair["source"];
}

/** How the attacker goes about it: what each account judges, and what it does where annotators judge as well. */
export interface Attack {
  said(sybil: number): Said[];
  /** Judgements each account shares with annotators, and how often it is right there. */
  shared?: { count: number; right: number };
}

const idOf = (kind: string, n: number) => `${kind}-${n}`;
const sybilId = (n: number) => idOf("sybil", n);
export const isSybil = (id: string) => id.startsWith("sybil-");

let made = 0;
function candidate({ raterIds, day, prompt = sentence(12), source = "FEEDBACK" }: Said): CandidatePair {
  const n = ++made;
  return {
    ...digestPair({
      prompt: [{ role: "user", content: prompt }],
      chosen: { content: sentence(5), tokenIds: null },
      rejected: { content: sentence(5), tokenIds: null },
      weight: 1,
    }),
    ...{ id: `pair-${n}`, promptId: `prompt-${n}`, chosenId: `chosen-${n}`, rejectedId: `rejected-${n}` },
    ...{ source, weight: 1, at: day * DAY_MS, raterIds, againstIds: [], leftOut: null },
  };
}

/** 5,000 honest pairs: 3,000 ranked by two annotators each, 2,000 thumbs pairs of fifty people. */
function honest(): CandidatePair[] {
  const ranked = Array.from({ length: 3000 }, (_, n) =>
    candidate({
      raterIds: [idOf("annotator", n % ANNOTATORS), idOf("annotator", (n + 1) % ANNOTATORS)],
      ...{ day: n / 30, source: "RANKING" },
    }),
  );
  const liked = Array.from({ length: 2000 }, (_, n) =>
    candidate({ raterIds: [idOf("person", n % PEOPLE)], day: Math.floor(n / PEOPLE) * 2 + (n % PEOPLE) / PEOPLE }),
  );
  return [...ranked, ...liked];
}

/** Honest people of whom nothing is known, for an instance without annotators. */
const STRANGERS = 40;

/** How trustworthy everybody turns out to be where annotators judged the same replies. */
function standings(shared: Attack["shared"]): Map<string, RaterStanding> {
  const ids = [
    ...Array.from({ length: ANNOTATORS }, (_, n) => ({
      id: idOf("annotator", n),
      role: "ANNOTATOR" as Role,
      right: 0.85,
    })),
    ...Array.from({ length: PEOPLE }, (_, n) => ({ id: idOf("person", n), role: "USER" as Role, right: 0.8 })),
    ...Array.from({ length: SYBILS }, (_, n) => ({ id: sybilId(n), role: "USER" as const, right: shared?.right ?? 0 })),
  ];
  for (let n = 0; n < STRANGERS; n++) ids.push({ id: idOf("stranger", n), role: "USER", right: 0.8 });
  const votes: PreferenceVote[] = [];
  let items = 0;
  const judge = (rater: number, truth: number, right: number) =>
    votes.push({ item: items, rater, label: random() < right ? truth : 1 - truth, weight: 1 });
  for (const [rater, { id, role, right }] of ids.entries()) {
    const count = role === "ANNOTATOR" ? 0 : isSybil(id) ? (shared?.count ?? 0) : id.startsWith("person") ? 40 : 0;
    for (let i = 0; i < count; i++, items++) {
      const truth = i % 2;
      judge(rater, truth, right);
      for (const annotator of [items % ANNOTATORS, (items + 1) % ANNOTATORS]) judge(annotator, truth, 0.85);
    }
  }
  const accuracies = raterAccuracies(
    ids.map(({ role }) => role),
    votes,
    items,
  );
  return new Map(
    ids.map(({ id, role }, i) => {
      const { value: accuracy, confirmed } = accuracies[i]!;
      return [id, { role, accuracy, confirmed, silenced: null }];
    }),
  );
}

export interface Outcome {
  selection: Selection;
  /** Of the Dataset, by examples and by weight. */
  count: number;
  weight: number;
  honest: number;
  sybilsConfirmed: number;
  peopleConfirmed: number;
  largest: number;
}

/** Freezes what honest people and the attacker said. @param honestToo false: the attacker meets a handful of newcomers and nobody else */
export function attacked(attack: Attack, { guards = DEFAULT_GUARDS, pairs = honest() } = {}): Outcome {
  const raters = standings(attack.shared);
  const poison = Array.from({ length: SYBILS }, (_, n) => attack.said(n).map(candidate)).flat();
  const selection = selectPairs([...pairs, ...poison], { raters, guards, trained: new Set() });
  const bad = selection.pairs.filter(({ raterIds }) => raterIds.some(isSybil));
  const total = selection.pairs.length;
  const sum = (of: readonly { weight: number }[]) => of.reduce((all, { weight }) => all + weight, 0);
  const confirmed = (kind: string) => [...raters].filter(([id, r]) => id.startsWith(kind) && r.confirmed).length;
  const loads = new Map<string, number>();
  for (const { raterIds } of bad) for (const id of raterIds) loads.set(id, (loads.get(id) ?? 0) + 1 / raterIds.length);
  return {
    selection,
    count: bad.length / total,
    weight: sum(bad) / sum(selection.pairs),
    honest: total - bad.length,
    sybilsConfirmed: confirmed("sybil"),
    peopleConfirmed: confirmed("person"),
    largest: Math.max(0, ...loads.values()) / total,
  };
}

const pairsEach = THUMBS_EACH / 2;
const times = (n: number, day: (i: number) => number, more: (i: number) => Partial<Said> = () => ({})) =>
  Array.from({ length: pairsEach }, (_, i) => ({ raterIds: [sybilId(n)], day: day(i), ...more(i) }));

/** Ways to spend 50 × 200 thumbs. */
export const ATTACKS = {
  "all within an hour": { said: (n) => times(n, (i) => 90 + i / pairsEach / 24) },
  "two a day for weeks": { said: (n) => times(n, (i) => i / 2) },
  "one prompt in a thousand wordings": {
    said: (n) =>
      times(
        n,
        (i) => i / 2,
        (i) => ({ prompt: `Which provider of electricity should I take for my house, number ${n * 100 + i}?` }),
      ),
  },
  "two accounts on every pair": {
    said: (n) =>
      times(
        n,
        (i) => i / 2,
        () => ({ raterIds: [sybilId(n), sybilId((n + 1) % SYBILS)] }),
      ),
  },
  "choices instead of thumbs": {
    said: (n) =>
      times(
        n,
        (i) => i / 2,
        () => ({ source: "CHOICE" as const }),
      ),
  },
  "guessing where annotators judge": { said: (n) => times(n, (i) => i / 2), shared: { count: 20, right: 0.5 } },
  "honest where annotators judge": { said: (n) => times(n, (i) => i / 2), shared: { count: 40, right: 0.8 } },
} as const satisfies Record<string, Attack>;

/** Honest people whom nobody has confirmed, and nobody else. */
export const newcomersOnly = () =>
  Array.from({ length: 400 }, (_, n) => candidate({ raterIds: [idOf("stranger", n % STRANGERS)], day: n / 10 }));
