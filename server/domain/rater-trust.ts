/**
 * How far each rater can be trusted, and what that says of a pair: pure. Only appointed raters (admins, annotators) and gold tell what is
 * right; people who came by themselves are measured against those and never against each other, so that no crowd can vouch for itself.
 */

import type { Role } from "../../prisma/generated/enums.ts";
import { betaEstimate } from "./agreement/beta.ts";
import { dawidSkene } from "./agreement/dawid-skene.ts";
import type { Estimate } from "./views.ts";

/**
 * Right and wrong preferences that a rater is credited with before the first one. Two people who are right with probability p agree with
 * p² + (1 − p)²: trained labellers agreed in 73 % (Ouyang et al. 2022), which is p = 0.84, crowd workers and researchers in 63 % (Bai et al.
 * 2022), p = 0.75.
 */
const PRIOR: Record<Role, { right: number; wrong: number }> = {
  ADMIN: { right: 9, wrong: 1 },
  ANNOTATOR: { right: 8.5, wrong: 1.5 },
  USER: { right: 3, wrong: 1 },
};

/** A preference between two replies. */
export interface PreferenceVote {
  /** The two replies, whichever was preferred. */
  item: number;
  rater: number;
  /** 0: the first of the two, 1: the second. */
  label: number;
  /** Of K replies in one ranking only K − 1 preferences are independent, so each of K(K − 1)/2 counts 2/K. */
  weight: number;
}

export interface RaterAccuracy extends Estimate {
  /** May vouch for others' pairs and fill Datasets: appointed, or shown to be better than chance; and not shown to be worse. */
  confirmed: boolean;
  /** Preferences that could be compared with gold or appointed raters, by how much those say. */
  evidence: number;
}

/** The accuracy of a rater of whom nothing is known but the role. */
export const initialAccuracy = (role: Role): RaterAccuracy => UNSEEN[role];

const UNSEEN: Record<Role, RaterAccuracy> = {
  ADMIN: accuracyOf("ADMIN", 0, 0),
  ANNOTATOR: accuracyOf("ANNOTATOR", 0, 0),
  USER: accuracyOf("USER", 0, 0),
};

/** By an admin, who answers for it; everybody else came by themselves. */
export function isAppointed(role: Role): boolean {
  return role !== "USER";
}

/**
 * Dawid and Skene's model over the appointed raters and gold gives the probability of each item's truth; every rater is then held against what
 * the others say of the items they share.
 * @param roles of every rater
 * @param items how many there are
 * @param gold the preferred side of items whose truth is known
 * @returns per rater
 */
export function raterAccuracies(
  roles: readonly Role[],
  votes: readonly PreferenceVote[],
  items: number,
  gold: ReadonlyMap<number, number> = new Map(),
): RaterAccuracy[] {
  const appointed = votes.filter(({ rater }) => isAppointed(roles[rater]!));
  const { truth, errors } = dawidSkene(appointed, {
    ...{ items, raters: roles.length, labels: 2, model: "accuracy", known: gold },
    prior: (rater) => PRIOR[roles[rater]!],
  });
  const byRater = roles.map((): Seen[] => []);
  for (const { item, rater, label, weight } of votes) {
    const believed = truth[item]![label]!;
    // What the others say: for an appointed rater their own vote is taken out of the product again.
    const own = errors[rater]![0]!;
    const others =
      gold.has(item) || !isAppointed(roles[rater]!)
        ? believed
        : (believed * (1 - own)) / (believed * (1 - own) + (1 - believed) * own);
    if (Math.abs(others - 0.5) > SAYS_NOTHING)
      byRater[rater]!.push({ others, weight: weight * Math.abs(2 * others - 1) });
  }
  return roles.map((role, rater) => accuracyAgainst(role, byRater[rater]!));
}

/** A vote held against others: the probability they give it of being right, and how much they say at all. */
interface Seen {
  others: number;
  weight: number;
}

/** A lone vote taken out of its own product leaves ½ but for rounding. */
const SAYS_NOTHING = 1e-9;
const ROUNDS = 50;

/** Expectation-maximisation over one rater's accuracy alone; the others' judgement stands. */
function accuracyAgainst(role: Role, seen: readonly Seen[]): RaterAccuracy {
  if (seen.length === 0) return initialAccuracy(role);
  let [right, wrong] = [0, 0];
  let { value: p } = initialAccuracy(role);
  for (let round = 0; round < ROUNDS; round++) {
    [right, wrong] = [0, 0];
    for (const { others, weight } of seen) {
      const share = (others * p) / (others * p + (1 - others) * (1 - p));
      right += weight * share;
      wrong += weight * (1 - share);
    }
    const { right: a, wrong: b } = PRIOR[role];
    p = (a + right) / (a + b + right + wrong);
  }
  return accuracyOf(role, right, wrong);
}

function accuracyOf(role: Role, right: number, wrong: number): RaterAccuracy {
  const estimate = betaEstimate(PRIOR[role].right + right, PRIOR[role].wrong + wrong);
  // For people who came by themselves the evidence alone must say it, whatever was believed beforehand.
  const low = isAppointed(role) ? estimate.low : betaEstimate(1 + right, 1 + wrong).low;
  return { ...estimate, confirmed: low > 0.5, evidence: right + wrong };
}

/** Somebody's word on a pair, for it or against it. */
export interface Word {
  accuracy: number;
  confirmed: boolean;
  agrees: boolean;
}

const SUREST = 0.99;
const logit = (p: number) => Math.log(p / (1 - p));

/**
 * The probability that a pair is the wrong way round by all that was said of its two replies: raters err independently, both sides are as likely
 * beforehand. Raters whom nobody has confirmed count as one together, however many they are.
 */
export function wrongProbability(words: readonly Word[]): number {
  let total = 0;
  let strangers = 0;
  let strangerAccuracy = 0.5;
  for (const { accuracy, confirmed, agrees } of words) {
    const sign = agrees ? 1 : -1;
    // Nobody's word is turned round: somebody worse than chance is merely not heard.
    const bounded = Math.min(SUREST, Math.max(0.5, accuracy));
    if (confirmed) total += sign * logit(bounded);
    else {
      strangers += sign;
      strangerAccuracy = Math.max(strangerAccuracy, bounded);
    }
  }
  total += Math.sign(strangers) * logit(Math.min(strangerAccuracy, initialAccuracy("USER").value));
  return 1 / (1 + Math.exp(total));
}

const LEAST_WEIGHT = 0.01;

/**
 * How much a pair pulls where policy and reference agree, if it is the wrong way round with probability ε: 1 − 2ε of a sure one. Measured against a pair
 * on one admin's word, which counts 1.
 */
export const trustWeight = (epsilon: number): number =>
  Math.max(LEAST_WEIGHT, Math.min(1, (1 - 2 * epsilon) / (2 * initialAccuracy("ADMIN").value - 1)));
