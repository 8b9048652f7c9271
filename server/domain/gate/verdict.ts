/**
 * From figures to a verdict: pure, so that a stored Gate can be judged again and every rule can be tried.
 *
 * Two kinds of rules. A *gain* must be shown: PASSED when the whole interval is above the bar, FAILED when the whole of it is below,
 * UNDECIDED when it spans the bar or rests on too little. A *guard* must not be broken: PASSED when the figure keeps within its limit,
 * FAILED when the whole interval is beyond, UNDECIDED when the figure is beyond and the interval is not. Figures of fixed prompts
 * answered greedily are no samples: their interval is the figure itself.
 */

import type { GateStatus, SuiteStatus } from "../../../prisma/generated/enums.ts";
import type { GatePolicy, Suite } from "../views/gate.ts";
import { SUITES } from "../views/gate.ts";
import type { Sentence } from "../views/sentence.ts";
import type { Estimate } from "../views/trust.ts";
import { type Threshold, thresholdOf } from "./stored.ts";

/** What a suite found. */
export type Finding =
  | { kind: "gain"; value: Estimate | null; count: number; counted: "pairs" | "prompts" }
  | { kind: "divergence"; live: Estimate; base: Estimate }
  | { kind: "length"; ratio: Estimate; drift: Estimate; feature: string }
  | { kind: "checks"; asked: number; livePassed: number; lost: number }
  | { kind: "general"; rise: Estimate; before: number; after: number }
  | { kind: "endings"; drop: Estimate; candidate: number; live: number }
  | { kind: "speed"; ratio: Estimate; tokensPerSecond: number }
  /** By a fact that is named. */
  | { kind: "notApplicable"; why: "NO_REWARD_MODEL" | "NO_JUDGE" }
  /** Should be there and is not: the error's code, or a sentence where it has none. */
  | { kind: "missing"; error: string };

export interface SuiteVerdict {
  status: SuiteStatus;
  threshold: Threshold | null;
  reason: Sentence[];
}

const say = (code: string, values: Sentence["values"] = {}): Sentence => ({ area: "gate", code, values });

type Guarded = "PASSED" | "FAILED" | "UNDECIDED";

/** Whether a figure keeps between two limits. */
function guard({ value, low, high }: Estimate, { least = -Infinity, most = Infinity }: Threshold): Guarded {
  if (value >= least && value <= most) return "PASSED";
  return high < least || low > most ? "FAILED" : "UNDECIDED";
}

/** The worse of several. */
function worst(states: readonly Guarded[]): Guarded {
  return states.includes("FAILED") ? "FAILED" : states.includes("UNDECIDED") ? "UNDECIDED" : "PASSED";
}

const WORD = { PASSED: "WITHIN", FAILED: "BEYOND", UNDECIDED: "UNCLEAR" } as const;

/** Figures as a finding holds them, some of them within estimates. */
const figuresOf = (finding: Finding): unknown[] =>
  Object.values(finding).flatMap((part) => (part !== null && typeof part === "object" ? Object.values(part) : [part]));

export function judgeSuite(suite: Suite, finding: Finding, policy: GatePolicy): SuiteVerdict {
  // Weights that overflow make figures that no limit says anything of; whoever measured nothing must not pass for undecided.
  if (figuresOf(finding).some((figure) => typeof figure === "number" && !Number.isFinite(figure)))
    return judgeSuite(suite, { kind: "missing", error: "TRAINING_DIVERGED" }, policy);
  const threshold = thresholdOf[suite](policy);
  switch (finding.kind) {
    case "notApplicable":
      return { status: "NOT_APPLICABLE", threshold: null, reason: [say(finding.why)] };
    case "missing":
      return { status: "MISSING", threshold, reason: [say("COULD_NOT_MEASURE", { error: finding.error })] };
    case "gain":
      return { threshold, ...judgeGain(finding, threshold.least ?? 0.5, policy) };
    case "divergence": {
      const [live, base] = [guard(finding.live, { most: policy.klLive }), guard(finding.base, { most: policy.klBase })];
      const status = worst([live, base]);
      const figures = { live: finding.live.value, base: finding.base.value };
      const limits = { mostLive: policy.klLive, mostBase: policy.klBase };
      return { status, threshold, reason: [say(`KL_${WORD[status]}`, { ...figures, ...limits })] };
    }
    case "length": {
      const { ratio, drift, feature } = finding;
      const [length, style] = [guard(ratio, policy.lengthRatio), guard(drift, { most: policy.styleDrift })];
      const reason = [
        say(`LENGTH_${WORD[length]}`, { ratio: ratio.value, ...policy.lengthRatio }),
        say(`STYLE_${WORD[style]}`, { drift: drift.value, most: policy.styleDrift, feature }),
      ];
      return { status: worst([length, style]), threshold, reason };
    }
    case "checks":
      return { threshold, ...judgeChecks(finding, threshold.most ?? 0) };
    case "general": {
      const status = guard(finding.rise, threshold);
      const values = { rise: finding.rise.value, most: policy.generalLossRise };
      const losses = { before: finding.before, after: finding.after };
      return { status, threshold, reason: [say(`LOSS_${WORD[status]}`, { ...values, ...losses })] };
    }
    case "endings": {
      const status = guard(finding.drop, threshold);
      const values = { candidate: finding.candidate, live: finding.live };
      const code = { PASSED: "ENDS_WITHIN", FAILED: "ENDS_LESS", UNDECIDED: "ENDS_UNCLEAR" }[status];
      const reason = [say(code, { ...values, drop: finding.drop.value, most: policy.endingsDrop })];
      return { status, threshold, reason };
    }
    case "speed": {
      const status = guard(finding.ratio, threshold);
      const code = { PASSED: "SPEED_WITHIN", FAILED: "SPEED_BELOW", UNDECIDED: "SPEED_UNCLEAR" }[status];
      const values = { ratio: finding.ratio.value, least: policy.speedRatio };
      return { status, threshold, reason: [say(code, { ...values, tokensPerSecond: finding.tokensPerSecond })] };
    }
  }
}

function judgeGain(
  { value, count, counted }: Extract<Finding, { kind: "gain" }>,
  bar: number,
  { leastPairs }: GatePolicy,
): Omit<SuiteVerdict, "threshold"> {
  if (!value) return { status: "UNDECIDED", reason: [say("NO_PAIRS", { needed: leastPairs })] };
  const values = { value: value.value, low: value.low, high: value.high, bar, count };
  const few = counted === "pairs" && count < leastPairs ? [say("TOO_FEW_PAIRS", { count, needed: leastPairs })] : [];
  // What is clearly worse is refused however little it is: more pairs would have to come out the other way.
  if (value.high < bar) return { status: "FAILED", reason: [say("LOSES", values), ...few] };
  if (value.low > bar && few.length === 0) return { status: "PASSED", reason: [say("WINS", values)] };
  return { status: "UNDECIDED", reason: [...few, say("WIN_RATE_UNCLEAR", values)] };
}

function judgeChecks(
  { asked, livePassed, lost }: Extract<Finding, { kind: "checks" }>,
  most: number,
): Omit<SuiteVerdict, "threshold"> {
  if (asked === 0) return { status: "MISSING", reason: [say("NO_CHECKS")] };
  const share = lost / asked;
  const values = { lost, asked, share, most };
  if (share > most) return { status: "FAILED", reason: [say("LOST", values)] };
  if (lost > 0) return { status: "PASSED", reason: [say("LOST_WITHIN", values)] };
  // Where the live one passes nothing, nothing could have been lost.
  if (livePassed === 0) return { status: "UNDECIDED", reason: [say("NOTHING_TO_LOSE", { asked })] };
  return { status: "PASSED", reason: [say("NOTHING_LOST", { asked, passed: livePassed })] };
}

export interface Verdict {
  status: Extract<GateStatus, "PASSED" | "UNDECIDED" | "REFUSED">;
  sentences: Sentence[];
}

/** A suite that failed, is missing or was never reported refuses; one that cannot decide leaves it to a person. */
export function verdictOf(suites: ReadonlyMap<Suite, Pick<SuiteVerdict, "status">>): Verdict {
  const of = (...states: SuiteStatus[]) =>
    SUITES.filter((suite) => states.includes(suites.get(suite)?.status ?? "MISSING"));
  const [failed, missing, undecided] = [of("FAILED"), of("MISSING"), of("UNDECIDED")];
  const details = [
    ...failed.map((suite) => say("SUITE_REFUSES", { suite })),
    ...missing.map((suite) => say("SUITE_MISSING", { suite })),
    ...undecided.map((suite) => say("SUITE_UNDECIDED", { suite })),
  ];
  const refused = failed.length + missing.length;
  if (refused > 0) return { status: "REFUSED", sentences: [say("REFUSED", { refused }), ...details] };
  if (undecided.length > 0)
    return { status: "UNDECIDED", sentences: [say("UNDECIDED", { undecided: undecided.length }), ...details] };
  return { status: "PASSED", sentences: [say("PASSED", { suites: of("PASSED").length })] };
}
