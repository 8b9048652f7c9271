// Whatever schedules have to say has words in both languages, and none of its values is left out of them.
import { createTranslator } from "next-intl";
import { expect, test } from "vitest";
import en from "../../../messages/en/schedule.json" with { type: "json" };
import zh from "../../../messages/zh/schedule.json" with { type: "json" };
import { REASONS } from "../../../server/domain/schedule/words.ts";

const at = new Date("2026-03-29T01:00:00Z");
const fallen = { measure: "THUMBS" as const, share: 0.31234, low: 0.2, high: 0.4, count: 52 };
const SAID = [
  REASONS.quiet(at),
  REASONS.quiet(null),
  REASONS.earlierRunning(),
  REASONS.trainerBusy(),
  REASONS.alreadyWaiting(),
  REASONS.paused(),
  REASONS.deleted(),
  REASONS.cancelled(),
  REASONS.missed({ count: 3, first: at, last: at }),
  REASONS.monthSpent(61.2, 60),
  REASONS.newPairs(250),
  REASONS.liveFell(fallen, 0.45),
  REASONS.stageRefused(0, "DPO", "NOTHING_TO_TRAIN_ON"),
  REASONS.stageStopped(1, "PPO", "NO_REWARD_MODEL"),
  REASONS.stageTooLong(0, "SFT", 90, 60),
  REASONS.runFailed(0, "DPO", "BUDGET_SPENT"),
  REASONS.runCancelled(2, "KTO"),
];

test("every reason is in the list above", () => {
  // One reason has two sentences: quiet for a while, and quiet all week.
  expect(new Set(SAID.map(({ code }) => code)).size).toBe(Object.keys(REASONS).length + 1);
  expect(Object.keys(en.sentences).sort()).toEqual([...new Set(SAID.map(({ code }) => code))].sort());
});

test.each([
  ["en", en],
  ["zh", zh],
] as const)("in %s", (locale, messages) => {
  const t = createTranslator({
    locale,
    messages,
    onError: (error) => {
      throw error;
    },
  }) as unknown as (key: string, values: object) => string;
  for (const { code, values } of SAID) {
    const text = t(`sentences.${code}`, values);
    for (const [name, value] of Object.entries(values)) {
      if (name !== "measure" && value !== "") expect(text).toContain(String(value));
    }
  }
});
