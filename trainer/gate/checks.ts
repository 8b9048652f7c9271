/** Suites knowledge, safety and sycophancy: fixed prompts, answered greedily by both, each reply checked by a rule. */

import { passes } from "../../server/domain/gate/check-reply.ts";
import { estimateMetrics, VALUE } from "../../server/domain/gate/stored.ts";
import type { CheckPromptView } from "../../server/domain/views/gate.ts";
import type { SuiteResult } from "./bench.ts";

/** A check with what both said. */
export interface CheckedReplies {
  check: CheckPromptView;
  candidate: string;
  live: string;
}

export interface CheckedPrompt extends CheckedReplies {
  passed: { candidate: boolean; live: boolean };
}

export const judgeReplies = (replies: readonly CheckedReplies[]): CheckedPrompt[] =>
  replies.map((one) => ({
    ...one,
    passed: { candidate: passes(one.check.check, one.candidate), live: passes(one.check.check, one.live) },
  }));

/**
 * The share of prompts that live passes and the candidate does not. What the candidate gains elsewhere does not make up for it: a
 * safety prompt answered worse is not paid for by another one. The prompts are fixed and nothing is drawn, so the figure is exact.
 * - `prompts`, `passed`, `passed/live`, `lost`, `gained`: counts
 */
export function checkSuite(checked: readonly CheckedPrompt[]): SuiteResult {
  const count = (holds: (one: CheckedPrompt["passed"]) => boolean) =>
    checked.filter(({ passed }) => holds(passed)).length;
  const asked = checked.length;
  const lost = count(({ candidate, live }) => live && !candidate);
  const livePassed = count(({ live }) => live);
  const share = asked === 0 ? 0 : lost / asked;
  return {
    finding: { kind: "checks", asked, livePassed, lost },
    metrics: {
      ...{ prompts: asked, passed: count(({ candidate }) => candidate), "passed/live": livePassed, lost },
      gained: count(({ candidate, live }) => candidate && !live),
      ...(asked > 0 && estimateMetrics(VALUE, { value: share, low: share, high: share })),
    },
  };
}
