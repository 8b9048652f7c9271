// The form of a schedule: cron patterns as choices, texts as input, and a stored schedule that comes back as it was.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CronChoice, choiceOf, cronOf, USUAL_CHOICE } from "../../../app/admin/schedules/_lib/cron-choice.ts";
import {
  draftOf,
  emptyDraft,
  moved,
  newStage,
  parseSchedule,
  type ScheduleDraft,
} from "../../../app/admin/schedules/_lib/schedule-form.ts";
import { scheduleInputSchema } from "../../../server/domain/views/schedule.ts";

const choice = (change: Partial<CronChoice>): CronChoice => ({ ...USUAL_CHOICE, ...change });

describe("cron patterns as choices", () => {
  test.each([
    [{ every: "hour", minute: "15" }, "15 * * * *"],
    [{ every: "day", time: "02:30" }, "30 2 * * *"],
    [{ every: "week", time: "18:05", days: [5, 1] }, "5 18 * * 1,5"],
    [{ every: "month", time: "00:00", date: "31" }, "0 0 31 * *"],
    [{ every: "custom", cron: " 0  4 * * 1-5 " }, "0 4 * * 1-5"],
  ] satisfies [Partial<CronChoice>, string][])("%j is %s", (change, cron) => {
    expect(cronOf(choice(change))).toEqual({ cron });
  });

  test.each([
    [{ every: "hour", minute: "60" }, "minute"],
    [{ every: "day", time: "24:00" }, "time"],
    [{ every: "week", days: [] }, "days"],
    [{ every: "month", date: "0" }, "date"],
    [{ every: "month", date: "" }, "date"],
  ] satisfies [Partial<CronChoice>, string][])("%j lacks its %s", (change, fault) => {
    expect(cronOf(choice(change))).toEqual({ fault });
  });

  test("what is cleverer than the plain choices stays a pattern", () => {
    for (const cron of ["*/5 * * * *", "0 2 1 * 1", "0 2 * 6 *", "0 2 * * MON", "0 2,3 * * *", "0 2 * * 5-1"])
      expect(choiceOf(cron)).toMatchObject({ every: "custom", cron });
    expect(choiceOf("0 4 * * 1-3,6")).toMatchObject({ every: "week", days: [1, 2, 3, 6] });
  });

  test("a choice comes back from its pattern", () => {
    const two = (value: number) => String(value).padStart(2, "0");
    const time = fc.tuple(fc.nat(23), fc.nat(59)).map(([hour, minute]) => `${two(hour)}:${two(minute)}`);
    const plain = fc.oneof(
      fc.nat(59).map((minute) => choice({ every: "hour", minute: String(minute) })),
      time.map((time) => choice({ every: "day", time })),
      fc
        .tuple(time, fc.uniqueArray(fc.nat(6), { minLength: 1 }))
        .map(([time, days]) => choice({ every: "week", time, days: days.sort((a, b) => a - b) })),
      fc
        .tuple(time, fc.integer({ min: 1, max: 31 }))
        .map(([time, date]) => choice({ every: "month", time, date: String(date) })),
    );
    fc.assert(
      fc.property(plain, (wanted) => {
        const pattern = cronOf(wanted);
        if (!("cron" in pattern)) throw new Error("a plain choice is a pattern");
        const { cron: _, ...back } = choiceOf(pattern.cron);
        const parts = {
          hour: ["minute"],
          day: ["time"],
          week: ["time", "days"],
          month: ["time", "date"],
          custom: [],
        } as const;
        for (const part of ["every", ...parts[wanted.every]] as const) expect(back[part]).toEqual(wanted[part]);
      }),
    );
  });
});

const draft = (change: Partial<ScheduleDraft> = {}): ScheduleDraft => ({
  ...emptyDraft("Europe/Berlin"),
  name: "Nightly",
  ...change,
});

describe("what the form amounts to", () => {
  test("the usual one is a nightly DPO from what is live", () => {
    expect(parseSchedule(draft()).input).toMatchObject({
      ...{ name: "Nightly", cron: "30 2 * * *", timeZone: "Europe/Berlin", minNewPairs: null, winRateBelow: null },
      pipeline: { start: "LIVE", stages: [{ method: "DPO", config: {} }], promotion: "POLICY" },
      ...{ runMinutes: null, monthMinutes: null, priority: 0 },
    });
  });

  test.each([
    [{ name: " " }, ["name"]],
    [{ byPairs: true, pairs: "0" }, ["pairs"]],
    [{ byPairs: false, pairs: "0" }, []],
    [{ byWinRate: true, winRate: "45 %" }, ["winRate"]],
    [{ runMinutes: "1.5", monthMinutes: "many" }, ["runMinutes", "monthMinutes"]],
    [{ priority: "101" }, ["priority"]],
    [{ byClock: true, clock: choice({ every: "week", days: [] }) }, ["days"]],
    [{ byClock: false, clock: choice({ every: "week", days: [] }) }, []],
    [{ quiet: [{ key: 1, from: "22:00", to: "", days: [] }] }, ["quiet"]],
  ] satisfies [Partial<ScheduleDraft>, string[]][])("%j: %j is wrong", (change, wrong) => {
    const { input, faults } = parseSchedule(draft(change));
    expect([...faults].sort()).toEqual([...wrong].sort());
    expect(input === null).toBe(wrong.length > 0);
  });

  test("a stage whose settings cannot be used is named, and nothing is sent", () => {
    const stages = [newStage("SFT"), { ...newStage("DPO"), typed: { learningRate: "much" } }];
    const { input, faultyStages } = parseSchedule(draft({ stages }));
    expect([...faultyStages]).toEqual([stages[1]!.key]);
    expect(input).toBeNull();
  });

  test("a stored schedule comes back as it was, settings without a field included", () => {
    const stored = scheduleInputSchema.parse({
      ...{ name: "All of it", cron: "*/10 3 * * *", timeZone: "Asia/Shanghai", minNewPairs: 250, winRateBelow: 0.45 },
      pipeline: {
        start: "BASE",
        stages: [
          { method: "REWARD", config: { epochs: 2 } },
          {
            method: "PPO",
            from: "LIVE",
            config: { steps: 30, rewards: [{ kind: "rewardModel", weight: 1 }], targets: ["attn_q"] },
          },
          { method: "SFT", config: { tuning: "lora" }, datasetId: "0196f000-0000-7000-8000-000000000001" },
        ],
        promotion: "CANARY",
      },
      quietHours: [
        { from: "08:00", to: "18:00", days: [1, 5] },
        { from: "22:00", to: "01:00" },
      ],
      ...{ runMinutes: 90, monthMinutes: 600, priority: -3 },
    });
    expect(parseSchedule(draftOf(stored)).input).toEqual(stored);
  });

  test("stages move as far as there are places", () => {
    expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b", "c"], 0, -1)).toEqual(["a", "b", "c"]);
    expect(moved(["a", "b", "c"], 0, 5)).toEqual(["b", "c", "a"]);
  });
});
