/** From observations to evidence: how each word of a conversation moves the tests of an arm, and what the tests say. Pure. */

import { logEvidenceOfLosing } from "../sequential/coin.ts";
import { differenceOfShares } from "../sequential/difference.ts";
import { observe, settled, type TwoProportions, tallies } from "../sequential/two-proportions.ts";
import { CANARY_METRICS, type CanaryMetric, type CanaryPlan, type CanaryTest } from "../views/deployment.ts";
import type { Sentence } from "../views/sentence.ts";
import { wilson } from "../wilson.ts";
import { paceOf, timeAt } from "./pace.ts";
import { said } from "./said.ts";
import type { Evidence } from "./state.ts";

/** What one conversation says of one metric; see ArmObservation. */
export interface Observation {
  metric: CanaryMetric;
  onArm: boolean;
  value: number;
  /** Of the reply whose latency it is; left out: one. */
  tokens?: number;
  /** When the reply it is about was begun, in ms; left out: long ago. */
  at?: number;
}

/**
 * All that was heard since the last look. Words of both arms are taken in turn, as evenly as their numbers allow: a block closes with each turn,
 * so that a bet rests on all that came before it. The order rests on whose words they are and never on what they say, which keeps the test
 * what it is.
 */
export const absorbAll = <State extends Evidence>(state: State, observations: readonly Observation[]): State =>
  inTurn(observations).reduce<State>(absorb, state);

function inTurn(observations: readonly Observation[]): Observation[] {
  const sides = new Map<string, Observation[]>();
  for (const observation of observations) {
    const side = `${observation.metric} ${observation.onArm}`;
    const before = sides.get(side);
    if (before) before.push(observation);
    else sides.set(side, [observation]);
  }
  return [...sides.values()]
    .flatMap((side) => side.map((observation, i) => ({ observation, at: (i + 0.5) / side.length })))
    .sort((a, b) => a.at - b.at)
    .map(({ observation }) => observation);
}

/**
 * The shares have changed: from now on only conversations that began since are compared. Whoever is displeased says so sooner than whoever is
 * not, so of an arm that has just been given more, the young conversations are heard first and sound bad; and within one stage both arms have
 * equally many of the morning's people and of the night's. What was shown before stays shown.
 */
export const drawnAnew = <State extends Evidence>(state: State, drawnAfter: string): State => ({
  ...{ ...state, drawnAfter },
  ...{ thumbs: settled(state.thumbs), regenerate: settled(state.regenerate), errors: settled(state.errors) },
  latency: { ...settled(state.latency), pace: null },
});

export function absorb<State extends Evidence>(state: State, observation: Observation): State {
  const { metric, onArm, value } = observation;
  switch (metric) {
    case "thumbs":
    case "regenerate":
    case "errors":
      return { ...state, [metric]: observe(state[metric], { onArm, good: value === 1 }) };
    case "latency":
      return { ...state, latency: absorbLatency(state.latency, observation) };
    case "sideBySide":
      return { ...state, sideBySide: absorbChoice(state.sideBySide, value) };
  }
}

/** An arm may take this many times as long for as many tokens before it counts as slower. */
const SLOWER = 1.5;
/** Replies of the control by which its pace is known, at least and at most. */
const [LEAST_RECENT, MOST_RECENT] = [11, 31];

/**
 * A reply is slow when it took longer than the control needs for as many tokens, the arm's times divided by what it is allowed. The control's
 * pace is settled before a block's first reply and by earlier replies alone, so that while the arm keeps within its allowance its replies are
 * slow no more often.
 */
function absorbLatency(
  { recent, pace: settled, ...test }: Evidence["latency"],
  { onArm, value: ms, tokens = 1 }: Observation,
): Evidence["latency"] {
  const seen = onArm ? recent : [...recent, { ms, tokens }].slice(-MOST_RECENT);
  const pace = settled ?? (recent.length >= LEAST_RECENT ? paceOf(recent) : null);
  if (pace === null) return { ...test, recent: seen, pace };
  const after = observe(test, { onArm, good: ms / (onArm ? SLOWER : 1) <= timeAt(pace, tokens) });
  const isClosed = after.open.arm.n === 0 && after.open.control.n === 0;
  return { ...after, recent: seen, pace: isClosed ? null : pace };
}

/** @param value 1: the arm's draft was chosen, 0: the control's, ½: neither */
function absorbChoice(
  { wins, losses, ties, peakWorse }: Evidence["sideBySide"],
  value: number,
): Evidence["sideBySide"] {
  const after = {
    wins: wins + (value === 1 ? 1 : 0),
    losses: losses + (value === 0 ? 1 : 0),
    ties: ties + (value === 0.5 ? 1 : 0),
  };
  return { ...after, peakWorse: Math.max(peakWorse, logEvidenceOfLosing(after.wins, after.losses)) };
}

/** What the evidence has to reach: α is shared out evenly, so that all metrics together stop a harmless arm with a probability of at most α. */
export const barOf = ({ alpha }: Pick<CanaryPlan, "alpha">): number => CANARY_METRICS.length / alpha;

/** How each metric stands, as people see it. */
export function testsOf(state: Evidence, plan: Pick<CanaryPlan, "alpha">): CanaryTest[] {
  const bar = barOf(plan);
  return CANARY_METRICS.map((metric) => {
    if (metric !== "sideBySide") {
      const { arm, control } = tallies(state[metric]);
      return {
        ...{ metric, bar, difference: differenceOfShares(arm, control) },
        evidenceWorse: evidence(state[metric].logWorse),
        evidenceBetter: evidence(state[metric].logBetter),
        observations: { arm: arm.n, control: control.n },
      };
    }
    const { wins, losses, ties } = state.sideBySide;
    const [of, points] = [wins + losses + ties, wins + ties / 2];
    const share = of === 0 ? null : wilson(points, of);
    return {
      ...{ metric, bar, observations: { arm: of, control: of } },
      difference: share && { value: share.share - 0.5, low: share.low - 0.5, high: share.high - 0.5 },
      evidenceWorse: evidence(logEvidenceOfLosing(wins, losses)),
      evidenceBetter: evidence(logEvidenceOfLosing(losses, wins)),
    };
  });
}

/** Nobody needs to know by how many orders of magnitude a bar of 100 was passed. */
const MOST_EVIDENCE = 1_000_000;
const evidence = (log: number) => Math.min(Math.exp(log), MOST_EVIDENCE);

interface Limits extends Pick<CanaryPlan, "alpha" | "leastErrors"> {
  /** Words about the arm before a metric may speak; left out: one is enough. Waiting only makes a test more careful. */
  leastWords?: number;
}

/** Why the arm must be taken away, or null. What was once beyond its bar stays so, however it goes on. */
export function harmOf(state: Evidence, { leastErrors, leastWords = 1, ...plan }: Limits): Sentence | null {
  const bar = barOf(plan);
  const metric = CANARY_METRICS.find((name) => {
    if (name === "errors" && failuresOf(state.errors) < leastErrors) return false;
    if (name !== "sideBySide" && tallies(state[name]).arm.n < leastWords) return false;
    return state[name].peakWorse >= Math.log(bar);
  });
  if (!metric) return null;
  const facts = { evidence: evidence(state[metric].peakWorse), bar };
  if (metric === "sideBySide") {
    const { wins, losses } = state.sideBySide;
    return said("WORSE_SIDE_BY_SIDE", { wins, losses, ...facts });
  }
  const { arm, control } = tallies(state[metric]);
  // Thumbs are told as the share that is up; the others as the share of what went wrong.
  const shown = ({ n, good }: { n: number; good: number }) => (metric === "thumbs" ? good : n - good) / Math.max(1, n);
  return said(WORSE[metric], {
    ...{ arm: shown(arm), control: shown(control), armObservations: arm.n, controlObservations: control.n },
    ...facts,
  });
}

const WORSE = {
  thumbs: "WORSE_THUMBS",
  regenerate: "WORSE_REGENERATE",
  errors: "WORSE_ERRORS",
  latency: "WORSE_LATENCY",
} as const;

function failuresOf(errors: TwoProportions): number {
  const { arm } = tallies(errors);
  return arm.n - arm.good;
}

/** Whether people are shown to like the arm better than the control, by thumbs or side by side. */
export const isBetter = (state: Evidence, plan: Pick<CanaryPlan, "alpha">): boolean =>
  testsOf(state, plan).some(
    ({ metric, evidenceBetter, bar }) => (metric === "thumbs" || metric === "sideBySide") && evidenceBetter >= bar,
  );
