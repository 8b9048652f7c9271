// A schedule as its form holds it: texts as typed, and the input they amount to, or what is wrong with them.
import { METHOD_TRAITS, type TrainingMethod } from "../../../../server/domain/run-config.ts";
import type { Pipeline, QuietHours, ScheduleInput, Stage } from "../../../../server/domain/views/schedule.ts";
import { parseForm, settingText, type Typed } from "../../_lib/run-form.ts";
import { type CronChoice, type CronFault, choiceOf, cronOf, USUAL_CHOICE } from "./cron-choice.ts";

export interface StageDraft {
  /** For lists on the page alone. */
  key: number;
  method: TrainingMethod;
  typed: Typed;
  /** Settings that have no field here and are kept as they are. */
  others: Record<string, unknown>;
  /** "AUTO", "LIVE", "BASE" or the id of an adapter. */
  from: string;
  /** "FEEDBACK" or the id of a Dataset. */
  data: string;
  rewardAdapterId?: string;
  replayDatasetId?: string;
}

export interface ScheduleDraft {
  name: string;
  enabled: boolean;
  byClock: boolean;
  clock: CronChoice;
  timeZone: string;
  byPairs: boolean;
  pairs: string;
  byWinRate: boolean;
  /** In percent. */
  winRate: string;
  /** "LIVE", "BASE" or the id of an adapter. */
  start: string;
  stages: StageDraft[];
  promotion: Pipeline["promotion"];
  quiet: { key: number; from: string; to: string; days: readonly number[] }[];
  runMinutes: string;
  monthMinutes: string;
  priority: string;
}

let keys = 0;
export const newKey = () => ++keys;

export const newStage = (method: TrainingMethod): StageDraft => ({
  ...{ key: newKey(), method, typed: {}, others: {}, from: "AUTO", data: "FEEDBACK" },
});

export const RECIPES = {
  dpo: ["DPO"],
  sftDpo: ["SFT", "DPO"],
  kto: ["KTO"],
  rmPpo: ["REWARD", "PPO"],
  rmDpo: ["REWARD", "DPO"],
} as const satisfies Record<string, readonly TrainingMethod[]>;

export const emptyDraft = (timeZone: string): ScheduleDraft => ({
  ...{ name: "", enabled: true, byClock: true, clock: USUAL_CHOICE, timeZone },
  ...{ byPairs: false, pairs: "200", byWinRate: false, winRate: "45" },
  ...{ start: "LIVE", stages: [newStage("DPO")], promotion: "POLICY" },
  ...{ quiet: [], runMinutes: "", monthMinutes: "", priority: "0" },
});

/** The form that a stored schedule fills. */
export function draftOf(schedule: ScheduleInput): ScheduleDraft {
  const { cron, minNewPairs, winRateBelow, pipeline } = schedule;
  const usual = emptyDraft(schedule.timeZone);
  return {
    ...usual,
    ...{ name: schedule.name, enabled: schedule.enabled, byClock: cron !== null },
    clock: cron === null ? usual.clock : choiceOf(cron),
    ...{ byPairs: minNewPairs !== null, pairs: minNewPairs === null ? usual.pairs : String(minNewPairs) },
    byWinRate: winRateBelow !== null,
    winRate: winRateBelow === null ? usual.winRate : settingText(winRateBelow * 100),
    ...{ start: pipeline.start, promotion: pipeline.promotion, stages: pipeline.stages.map(stageDraftOf) },
    quiet: schedule.quietHours.map(({ from, to, days = [] }) => ({ key: newKey(), from, to, days })),
    runMinutes: schedule.runMinutes === null ? "" : String(schedule.runMinutes),
    monthMinutes: schedule.monthMinutes === null ? "" : String(schedule.monthMinutes),
    priority: String(schedule.priority),
  };
}

function stageDraftOf({ method, config, from, datasetId, rewardAdapterId, replayDatasetId }: Stage): StageDraft {
  const fields = new Set(Object.keys(parseForm(method, typedOf(config)).config));
  const [typed, others]: [Record<string, unknown>, Record<string, unknown>] = [{}, {}];
  for (const [name, value] of Object.entries(config)) (fields.has(name) ? typed : others)[name] = value;
  return {
    ...{ key: newKey(), method, typed: typedOf(typed), others },
    ...{ from: from ?? "AUTO", data: datasetId ?? "FEEDBACK", rewardAdapterId, replayDatasetId },
  };
}

const typedOf = (config: Record<string, unknown>): Typed =>
  Object.fromEntries(
    Object.entries(config).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(String) : settingText(value),
    ]),
  );

export type ScheduleFault =
  | "name"
  | "pairs"
  | "winRate"
  | "runMinutes"
  | "monthMinutes"
  | "priority"
  | "quiet"
  | CronFault;

export interface ParsedSchedule {
  /** Null while anything is wrong. */
  input: ScheduleInput | null;
  faults: ReadonlySet<ScheduleFault>;
  /** Of stages whose settings cannot be used. */
  faultyStages: ReadonlySet<number>;
}

export function parseSchedule(draft: ScheduleDraft): ParsedSchedule {
  const faults = new Set<ScheduleFault>();
  const whole = (text: string, fault: ScheduleFault, { least = 1, optional = false } = {}): number | null => {
    if (optional && text.trim() === "") return null;
    const value = Number(text);
    if (text.trim() === "" || !Number.isInteger(value) || value < least) faults.add(fault);
    return value;
  };
  const name = draft.name.trim();
  if (name === "" || name.length > 80) faults.add("name");
  const clock = draft.byClock ? cronOf(draft.clock) : null;
  if (clock && "fault" in clock) faults.add(clock.fault);
  const winRate = Number(draft.winRate);
  if (draft.byWinRate && !(winRate >= 1 && winRate <= 99)) faults.add("winRate");
  const priority = whole(draft.priority, "priority", { least: -100 }) ?? 0;
  if (priority > 100) faults.add("priority");
  if (draft.quiet.some(({ from, to }) => !CLOCK.test(from) || !CLOCK.test(to))) faults.add("quiet");
  const stages = draft.stages.map(parseStage);
  const faultyStages = new Set(draft.stages.filter((_, i) => stages[i] === null).map(({ key }) => key));
  const input: ScheduleInput = {
    ...{ name, enabled: draft.enabled, timeZone: draft.timeZone.trim(), priority },
    cron: clock && "cron" in clock ? clock.cron : null,
    minNewPairs: draft.byPairs ? whole(draft.pairs, "pairs") : null,
    winRateBelow: draft.byWinRate ? winRate / 100 : null,
    pipeline: {
      start: draft.start as Pipeline["start"],
      stages: stages.filter((stage) => stage !== null),
      promotion: draft.promotion,
    },
    quietHours: draft.quiet.map(quietSpan),
    runMinutes: whole(draft.runMinutes, "runMinutes", { optional: true }),
    monthMinutes: whole(draft.monthMinutes, "monthMinutes", { optional: true }),
  };
  const fine = faults.size === 0 && faultyStages.size === 0 && stages.length > 0;
  return { input: fine ? input : null, faults, faultyStages };
}

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;

const quietSpan = ({ from, to, days }: ScheduleDraft["quiet"][number]): QuietHours[number] => ({
  ...{ from, to },
  ...(days.length > 0 && { days: [...days].sort((a, b) => a - b) }),
});

function parseStage({ method, typed, others, from, data, rewardAdapterId, replayDatasetId }: StageDraft): Stage | null {
  const { config, faults } = parseForm(method, typed);
  if (Object.keys(faults).length > 0) return null;
  return {
    method,
    config: { ...others, ...config },
    ...(from !== "AUTO" && { from: from as Stage["from"] }),
    ...(data !== "FEEDBACK" && { datasetId: data }),
    ...(rewardAdapterId && METHOD_TRAITS[method].rewardModel !== "never" && { rewardAdapterId }),
    ...(replayDatasetId && { replayDatasetId }),
  };
}

/** The stages in another order: one moved by so many places, as far as there are places. */
export function moved<Item>(items: readonly Item[], at: number, by: number): Item[] {
  const to = Math.min(items.length - 1, Math.max(0, at + by));
  const next = [...items];
  next.splice(to, 0, ...next.splice(at, 1));
  return next;
}
