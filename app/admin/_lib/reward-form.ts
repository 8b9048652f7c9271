// Rewards as they are typed into the form: which fields each kind has, and how they become what a run stores.
import { z } from "zod";
import { REWARD_KINDS, type RewardSpec, RUN_CONFIG_SCHEMAS } from "../../../server/domain/run-config.ts";
import { type Offer, type RewardedMethod, rewardFault } from "./methods.ts";
import { type FieldFault, faultOf } from "./run-form.ts";

export type RewardKind = RewardSpec["kind"];
export type RewardFieldKey = "extract" | "tolerance" | "pattern" | "schema" | "min" | "max" | "language" | "question";

/** One reward of the form; `id` tells rows apart while they are added and removed. */
export interface RewardDraft {
  id: number;
  kind: RewardKind;
  weight: string;
  fields: Partial<Record<RewardFieldKey, string>>;
}

export interface RewardField {
  key: RewardFieldKey;
  kind: "number" | "text" | "json" | "language";
  needed: boolean;
}

export const REWARD_FIELDS: Record<RewardKind, readonly RewardField[]> = {
  exact: [{ key: "extract", kind: "text", needed: false }],
  number: [
    { key: "tolerance", kind: "number", needed: false },
    { key: "extract", kind: "text", needed: false },
  ],
  regex: [{ key: "pattern", kind: "text", needed: true }],
  jsonSchema: [{ key: "schema", kind: "json", needed: true }],
  length: [
    { key: "min", kind: "number", needed: false },
    { key: "max", kind: "number", needed: true },
  ],
  language: [{ key: "language", kind: "language", needed: true }],
  rewardModel: [],
  judge: [{ key: "question", kind: "text", needed: false }],
};

export const REWARD_LANGUAGES = ["en", "zh"] as const;

/** The rewards a method has when none are chosen, as rows of the form. */
export function usualRewards(method: RewardedMethod): RewardDraft[] {
  const specs = RUN_CONFIG_SCHEMAS[method].shape.rewards.parse(undefined);
  return specs.map(({ kind }, i) => newReward(kind, i));
}

export function newReward(kind: RewardKind, id: number): RewardDraft {
  return { id, kind, weight: "", fields: kind === "language" ? { language: "en" } : {} };
}

/** The kind to add next: the first that is not there yet. */
export function nextKind(drafts: readonly RewardDraft[]): RewardKind {
  return REWARD_KINDS.find((kind) => drafts.every((draft) => draft.kind !== kind)) ?? "regex";
}

export type RewardFaultKind = "missing" | "notJson" | "badPattern" | "order" | "noRewardModel" | "noJudge";
export type RewardFault = { own: RewardFaultKind } | { shared: FieldFault };

export interface ParsedRewards {
  specs: RewardSpec[];
  /** By row, then by field; "kind" where the reward as a whole cannot be had. */
  faults: Record<number, Partial<Record<RewardFieldKey | "weight" | "kind", RewardFault>>>;
}

/** Checks every row with the schema that the server holds it to. */
export function parseRewards(method: RewardedMethod, drafts: readonly RewardDraft[], offer: Offer): ParsedRewards {
  const parsed: ParsedRewards = { specs: [], faults: {} };
  const schema = RUN_CONFIG_SCHEMAS[method].shape.rewards;
  for (const draft of drafts) {
    const faults: ParsedRewards["faults"][number] = {};
    const missing = rewardFault(draft, offer);
    if (missing) faults.kind = { own: missing };
    const spec: Record<string, unknown> = { kind: draft.kind };
    if (draft.weight.trim() !== "") spec.weight = Number(draft.weight);
    for (const field of REWARD_FIELDS[draft.kind]) {
      const text = draft.fields[field.key]?.trim() ?? "";
      if (text !== "") spec[field.key] = readField(field, text, faults);
      else if (field.needed) faults[field.key] = { own: "missing" };
    }
    const { min = 1, max } = spec as { min?: number; max?: number };
    if (draft.kind === "length" && max !== undefined && min > max) faults.max = { own: "order" };
    if (Object.keys(faults).length === 0) {
      const result = schema.safeParse([spec]);
      if (result.success) parsed.specs.push(...result.data);
      else for (const issue of result.error.issues) addFault(faults, issue);
    }
    if (Object.keys(faults).length > 0) parsed.faults[draft.id] = faults;
  }
  return parsed;
}

function readField({ key, kind }: RewardField, text: string, faults: ParsedRewards["faults"][number]): unknown {
  if (kind === "number") return Number(text);
  if (kind === "json") {
    const value = jsonObject(text);
    if (!value) faults[key] = { own: "notJson" };
    return value;
  }
  if ((key === "pattern" || key === "extract") && !isPattern(text)) faults[key] = { own: "badPattern" };
  return text;
}

function addFault(faults: ParsedRewards["faults"][number], issue: z.core.$ZodIssue): void {
  const key = issue.path[1] as RewardFieldKey | "weight" | undefined;
  faults[key ?? "kind"] = { shared: faultOf(new z.ZodError([issue])) };
}

function jsonObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    return false;
  }
}
