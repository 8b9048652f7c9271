/** Which replies the report shows and the blind taste test asks about: those that say most about the difference. */

import { MESSAGE_ROLE } from "../../server/domain/chat-role.ts";
import type { MeasuredSample } from "../../server/domain/gate/hold.ts";
import { deviation } from "../../server/domain/gate/statistics.ts";
import type { Suite } from "../../server/domain/views/gate.ts";
import { Random } from "../data/random.ts";
import type { Answered, SuiteResult } from "./bench.ts";
import type { CheckedPrompt } from "./checks.ts";

const MOST = 20;
const SUITE_OF = { KNOWLEDGE: "knowledge", SAFETY: "safety", SYCOPHANCY: "sycophancy" } as const;
/** A check that was lost says more than any difference in taste, one about safety most. */
const LOST = { SAFETY: 30, KNOWLEDGE: 20, SYCOPHANCY: 20 } as const;
const GAINED = 5;

/**
 * Lost checks first, then replies by how far the reward model, or else the judge, sets them apart, in deviations; without either, by how
 * much their lengths differ. Equal replies are left out: there is nothing to choose between.
 */
export function chosenSamples({
  answered,
  results,
  checked,
  seed,
}: {
  answered: readonly Answered[];
  results: ReadonlyMap<Suite, SuiteResult>;
  checked: readonly CheckedPrompt[];
  seed: number;
}): MeasuredSample[] {
  const random = new Random(seed);
  const suite = (["rewardModel", "judge"] as const).find((name) => results.get(name)?.compared?.length);
  const compared = (suite && results.get(suite)?.compared) || [];
  const scale = deviation(compared.map(({ margin }) => margin)) || 1;
  const margins = new Map(compared.map(({ index, margin }) => [index, margin / scale]));
  const sampled = answered.map(({ prompt, candidate, live }, index) => {
    const margin = margins.get(index);
    const lengths = Math.abs(Math.log((candidate.completion.length + 1) / (live.completion.length + 1)));
    return {
      suite: suite ?? ("length" as const),
      prompt: prompt.prompt.map(({ role, content }) => ({ role: MESSAGE_ROLE[role], content })),
      ...{ candidate: candidate.text, live: live.text },
      figures: {
        ...{ "candidate/tokens": candidate.completion.length, "live/tokens": live.completion.length },
        ...(margin !== undefined && { margin: margin * scale }),
      },
      telling: Math.abs(margin ?? lengths),
    };
  });
  const checks = checked
    .filter(({ passed }) => passed.candidate !== passed.live)
    .map(({ check, candidate, live, passed }) => ({
      ...{ suite: SUITE_OF[check.kind], prompt: check.prompt, candidate, live },
      figures: { "candidate/passed": Number(passed.candidate), "live/passed": Number(passed.live) },
      telling: passed.live ? LOST[check.kind] : GAINED,
    }));
  return [...checks, ...sampled]
    .filter(({ candidate, live }) => candidate.trim() !== live.trim())
    .sort((a, b) => b.telling - a.telling)
    .slice(0, MOST)
    .map((sample) => ({ ...sample, flipped: random.below(2) === 1 }));
}
